// What the emulated libraries share. libcuda.so.1 implements it; the emulators of cuDNN and cuBLAS queue their work
// through it.
//
// This is an emulator for tests. It runs the host code that drives a GPU, and our kernels, on the CPU: it tests that
// our code does what we mean, and says nothing about the hardware, its speed, or the behaviour of NVIDIA's libraries.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>

#define EXPORTED __attribute__((visibility("default")))
#define API extern "C" EXPORTED

/** The results of the driver API that the emulator returns, with CUresult's numbers. */
enum Result : int {
    SUCCESS = 0,
    INVALID_VALUE = 1,
    OUT_OF_MEMORY = 2,
    NOT_INITIALIZED = 3,
    INVALID_DEVICE = 101,
    INVALID_CONTEXT = 201,
    INVALID_HANDLE = 400,
    NOT_FOUND = 500,
    NOT_READY = 600,
    ILLEGAL_ADDRESS = 700,
    LAUNCH_FAILED = 719,
    NOT_SUPPORTED = 801,
    CAPTURE_UNSUPPORTED = 900,
    CAPTURE_INVALIDATED = 901,
    CAPTURE_MERGE = 902,
    CAPTURE_UNMATCHED = 903,
    CAPTURE_UNJOINED = 904,
    CAPTURE_ISOLATION = 905,
    CAPTURE_IMPLICIT = 906,
    CAPTURED_EVENT = 907,
    CAPTURE_WRONG_THREAD = 908,
};

struct Card;
struct Stream;

namespace emulator {

using Work = std::function<void()>;

/** One lock for all emulated libraries: only one call runs at a time. */
EXPORTED std::recursive_mutex& lock();

/** Returns the GPU whose context is current on this thread; null if there is none. */
EXPORTED Card* currentCard();

/** Tests whether an object of this GPU may be used now; reports an error if another GPU's context is current. */
EXPORTED bool isCurrent(const Card* owner, const std::string& what);

/** Returns the GPU that a stream belongs to: for the default stream, the current one. */
EXPORTED Card* cardOf(Stream* stream);

/** Tests whether a call may continue: not without a current context, nor after a kernel or a copy failed. */
EXPORTED Result ready();

/** Tests like ready(), for calls that wait or allocate: these are refused in a capture, and make it invalid. */
EXPORTED Result readyOutsideCapture(const char* call);

/** Tests like readyOutsideCapture(), for calls that create something: emulatorMake() limits these. */
EXPORTED Result readyToMake(const char* call);

/** Counts a handle of a library: 1 when it is created, -1 when it is destroyed. */
EXPORTED void countHandle(int change);

/** Appends work to a stream, or to the graph that the stream is being captured into. */
EXPORTED Result enqueue(Stream* stream, Work work);

/** Runs everything that was queued on a stream. */
EXPORTED Result finish(Stream* stream);

/**
 * Tests whether the bytes are inside one live allocation of the working GPU, or else of the current one, because no GPU
 * may touch another's memory; if not, reports it, and every later call fails.
 */
EXPORTED bool inDeviceMemory(const void* address, size_t bytes, const std::string& what);

/** Prints the reason, and makes every later call return this result until emulatorReset(). */
EXPORTED void fail(Result result, const std::string& why);

/** Counts a call of a library's function that does work. */
EXPORTED void called(const char* function);

/** Prints the reason why a call was refused. */
EXPORTED void complain(const std::string& why);

}  // namespace emulator

/** Holds the lock for a block. */
struct Locked {
    std::lock_guard<std::recursive_mutex> guard{emulator::lock()};
};

/** Ends a function with the first result that is not success. */
#define TRY(expression)                        \
    do {                                       \
        Result result_ = (expression);         \
        if (result_ != SUCCESS) return result_; \
    } while (false)
