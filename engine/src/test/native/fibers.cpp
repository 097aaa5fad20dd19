// Runs the threads of a block, one at a time, on one CPU thread. A thread that reaches a barrier or a shuffle is
// suspended with its stack, and continues when all others have reached it. A fiber is such a stack; it runs thread
// after thread until one has to wait, so that kernels without barriers are plain loops.
//
// Some launches run their threads and blocks from the last to the first: if a barrier is missing, or one block reads
// what another writes, one of the two orders gives a wrong result.
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <sys/mman.h>
#include <vector>

#include "emulated_cuda.h"
#include "kernel_entry.h"

uint3 threadIdx;
uint3 blockIdx;
dim3 blockDim;
dim3 gridDim;

// The bounds of all shared variables, defined by the linker; null if there are none.
extern "C" __attribute__((weak, visibility("hidden"))) char __start_emulated_shared[];
extern "C" __attribute__((weak, visibility("hidden"))) char __stop_emulated_shared[];

// switchStack(&saved, next): pushes the callee-saved registers, stores the stack pointer, and loads the other one.
extern "C" void switchStack(void** saved, void* next);
asm(R"(
    .text
    .type switchStack, @function
    .hidden switchStack
    .globl switchStack
switchStack:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
    .size switchStack, . - switchStack
)");

namespace {

constexpr size_t STACK_BYTES = 256 << 10;
constexpr size_t GUARD_BYTES = 4096;
constexpr int WARP = 32;

struct Fiber {
    char* stack;
    void* pointer;
};

enum class State { RUNNING, AT_BARRIER, AT_WARP, READY, DONE };

struct Thread {
    State state;
    Fiber* fiber;
    int line;
    uint64_t bits;
    int source;
};

std::vector<Fiber*> freeFibers;
std::vector<Thread> threads;
Fiber* currentFiber;
int current;
int started;
bool backwards;
unsigned launches;
void* scheduler;
std::string error;
void (*body)(void**);
void** arguments;

uint3 indexOf(int thread) {
    unsigned t = static_cast<unsigned>(thread);
    return {t % blockDim.x, t / blockDim.x % blockDim.y, t / blockDim.x / blockDim.y};
}

/** Returns which of `count` threads or blocks is the n-th to run. */
int turn(int n, int count) {
    return backwards ? count - 1 - n : n;
}

/** The main loop of a fiber. It returns to the scheduler when no thread is left to start. */
void fiberMain() {
    for (;;) {
        while (started < static_cast<int>(threads.size())) {
            current = turn(started++, static_cast<int>(threads.size()));
            threads[current].fiber = currentFiber;
            threadIdx = indexOf(current);
            body(arguments);
            threads[current].state = State::DONE;
        }
        freeFibers.push_back(currentFiber);
        switchStack(&currentFiber->pointer, scheduler);
    }
}

Fiber* makeFiber() {
    auto* memory = static_cast<char*>(mmap(nullptr, STACK_BYTES, PROT_READ | PROT_WRITE,
                                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
    mprotect(memory, GUARD_BYTES, PROT_NONE);
    // The stack looks as after a call of fiberMain: its address for `ret`, and above it an unused return address.
    auto** top = reinterpret_cast<void**>(memory + STACK_BYTES);
    *--top = nullptr;
    *--top = reinterpret_cast<void*>(&fiberMain);
    for (int i = 0; i < 6; i++) *--top = nullptr;
    return new Fiber{memory, top};
}

void resume(Fiber* fiber) {
    currentFiber = fiber;
    switchStack(&scheduler, fiber->pointer);
}

/** Suspends the running thread. */
void wait(State state, int line) {
    Thread& thread = threads[current];
    thread.state = state;
    thread.line = line;
    switchStack(&thread.fiber->pointer, scheduler);
}

/** Marks threads from..to as ready, if all living ones are in this state at the same line. */
bool release(size_t from, size_t to, State state) {
    int line = 0;
    for (size_t t = from; t < to; t++) {
        if (threads[t].state == State::DONE) continue;
        if (threads[t].state != state || (line != 0 && threads[t].line != line)) return false;
        line = threads[t].line;
    }
    for (size_t t = from; t < to; t++) {
        if (threads[t].state == state) threads[t].state = State::READY;
    }
    return line != 0;
}

/** Gives every lane of a warp the value of its source lane. */
void exchange(size_t from, size_t to) {
    uint64_t brought[WARP];
    std::memset(brought, 0xFF, sizeof brought);
    for (size_t t = from; t < to; t++) {
        if (threads[t].state == State::READY) brought[t - from] = threads[t].bits;
    }
    for (size_t t = from; t < to; t++) {
        if (threads[t].state == State::READY) threads[t].bits = brought[threads[t].source];
    }
}

void describeDeadlock() {
    error = "block (" + std::to_string(blockIdx.x) + "," + std::to_string(blockIdx.y) + ","
            + std::to_string(blockIdx.z) + "): threads wait where the others never come:";
    int shown = 0;
    for (size_t t = 0; t < threads.size() && shown < 4; t++) {
        bool differs = t == 0 || threads[t].state != threads[t - 1].state || threads[t].line != threads[t - 1].line;
        if (!differs) continue;
        shown++;
        error += " thread " + std::to_string(t) + (threads[t].state == State::DONE ? " has ended;"
                : (threads[t].state == State::AT_BARRIER ? " at the barrier in line " : " at the warp's line ")
                + std::to_string(threads[t].line) + ";");
    }
}

/** Resumes all threads that can continue; returns false if none can. */
bool step() {
    if (release(0, threads.size(), State::AT_BARRIER)) {
        // All threads of the block continue together.
    } else {
        for (size_t from = 0; from < threads.size(); from += WARP) {
            size_t to = from + WARP < threads.size() ? from + WARP : threads.size();
            if (release(from, to, State::AT_WARP)) exchange(from, to);
        }
    }
    bool any = false;
    for (size_t n = 0; n < threads.size() && error.empty(); n++) {
        int t = turn(static_cast<int>(n), static_cast<int>(threads.size()));
        if (threads[t].state != State::READY) continue;
        any = true;
        threads[t].state = State::RUNNING;
        current = t;
        threadIdx = indexOf(current);
        resume(threads[t].fiber);
    }
    return any;
}

void runBlock() {
    if (__start_emulated_shared != nullptr) {
        std::memset(__start_emulated_shared, 0xFF, __stop_emulated_shared - __start_emulated_shared);
    }
    threads.assign(size_t{blockDim.x} * blockDim.y * blockDim.z, Thread{State::RUNNING, nullptr, 0, 0, 0});
    started = 0;
    while (started < static_cast<int>(threads.size()) && error.empty()) {
        Fiber* fiber;
        if (freeFibers.empty()) {
            fiber = makeFiber();
        } else {
            fiber = freeFibers.back();
            freeFibers.pop_back();
        }
        resume(fiber);
    }
    while (error.empty() && step()) {
    }
    if (!error.empty()) return;
    for (const Thread& thread : threads) {
        if (thread.state != State::DONE) return describeDeadlock();
    }
}

}  // namespace

void emulatedBarrier(int line) {
    wait(State::AT_BARRIER, line);
}

uint64_t emulatedExchange(int line, uint64_t bits, int source) {
    Thread& thread = threads[current];
    thread.bits = bits;
    thread.source = source & (WARP - 1);
    wait(State::AT_WARP, line);
    return thread.bits;
}

/** Ends the launch from inside a kernel; the thread never continues. */
static void stop(int line, const std::string& why) {
    error = "line " + std::to_string(line) + ", block " + std::to_string(blockIdx.x) + ", thread "
            + std::to_string(current) + ": " + why;
    wait(State::AT_WARP, line);
}

void emulatedMask(int line, unsigned mask) {
    if (mask != 0xFFFFFFFFu) stop(line, "only the full mask 0xffffffff is emulated");
}

// ---- The functions that g++'s checks of alignment and array bounds call, instead of its own runtime. Kernels are
// compiled with these checks: a GPU faults on a float4 that is not aligned to 16 bytes, and overwrites what follows a
// shared array.

/** The start of the data that g++ passes to both. */
struct SourceLocation {
    const char* file;
    unsigned line;
    unsigned column;
};

extern "C" void __ubsan_handle_type_mismatch_v1_abort(SourceLocation* at, uintptr_t address) {
    char text[64];
    std::snprintf(text, sizeof text, "0x%lx is null, or not aligned for its type", address);
    stop(static_cast<int>(at->line), text);
}

extern "C" void __ubsan_handle_out_of_bounds_abort(SourceLocation* at, uintptr_t index) {
    stop(static_cast<int>(at->line), "index " + std::to_string(static_cast<long>(index)) + " is outside of the array");
}

int emulatedLane() {
    return current % WARP;
}

/** Fibers of threads that were stopped midway are abandoned: their stacks can't be reused. */
const char* emulatedRun(KernelGrid grid, void (*thread)(void** parameters), void** parameters) {
    body = thread;
    arguments = parameters;
    error.clear();
    gridDim = {grid.gridX, grid.gridY, grid.gridZ};
    blockDim = {grid.blockX, grid.blockY, grid.blockZ};
    backwards = (launches++ * 2654435769u) >> 31;  // nearly random, and the same in each run of a program
    int blocks = static_cast<int>(grid.gridX * grid.gridY * grid.gridZ);
    for (int n = 0; n < blocks && error.empty(); n++) {
        unsigned block = static_cast<unsigned>(turn(n, blocks));
        blockIdx = {block % grid.gridX, block / grid.gridX % grid.gridY, block / grid.gridX / grid.gridY};
        runBlock();
    }
    return error.empty() ? nullptr : error.c_str();
}
