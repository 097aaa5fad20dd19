// Emulated cuDNN 9, as far as the engine calls it: descriptors, status codes, and tensors as dense arrays of double.
//
// Every operation loads its operands into arrays in the order (N, C, spatial), whatever their strides, computes in
// double and stores each result once, rounded to the tensor's type.
#pragma once

#include <string>
#include <vector>

#include "emulator.h"
#include "numbers.h"

/** The codes are those of cuDNN 9, which JCudnn 11 does not know. */
enum Status : int {
    CUDNN_SUCCESS = 0,
    CUDNN_NOT_INITIALIZED = 1001,
    CUDNN_BAD_PARAM = 2000,
    CUDNN_NOT_SUPPORTED = 3000,
    CUDNN_DEVICE_ALLOCATION_FAILED = 4004,
    CUDNN_EXECUTION_FAILED = 5000,
};

enum Type : int { FLOAT32 = 0, BFLOAT16 = 9 };
enum Format : int { NCHW = 0, NHWC = 1 };
enum MathType : int { DEFAULT_MATH = 0, TENSOR_OP_MATH = 1, FMA_MATH = 3 };

constexpr int MIN_DIMS = 3;
constexpr int MAX_DIMS = 5;

struct Handle {
    Card* card;
    Stream* stream = nullptr;
};

/** Dimensions (N, C, spatial) or (K, C, spatial), with a stride in elements for each. */
struct Tensor {
    int type = -1;
    std::vector<long> dims;
    std::vector<long> strides;

    bool set() const { return type >= 0; }
    long count() const;
    /** Returns the number of bytes from the first element to the end of the last. */
    size_t bytes() const;
    bool channelsFirst() const;
    bool channelsLast() const;
    std::string text() const;
};

struct Filter : Tensor {
    int format = NCHW;
};

struct Convolution {
    std::vector<long> pads;
    std::vector<long> strides;
    std::vector<long> dilations;
    long groups = 1;
    int mathType = DEFAULT_MATH;
};

/** A pool: window, padding and stride of each spatial dimension. */
struct Pooling {
    int mode = -1;
    std::vector<long> window;
    std::vector<long> pads;
    std::vector<long> strides;
};

/** Returns the strides of dense tensors, channels first or last. */
std::vector<long> denseStrides(const std::vector<long>& dims, int format);

/** Prints the reason and returns BAD_PARAM. */
Status wrong(const std::string& why);

/** Prints the reason and returns NOT_SUPPORTED. */
Status unsupported(const std::string& why);

/** Queues work on the handle's stream. */
Status enqueue(Handle* handle, emulator::Work work);

/** A tensor and its address. */
struct Operand {
    Tensor tensor;
    void* address;

    Operand(const Tensor* tensor, const void* address) : tensor(*tensor), address(const_cast<void*>(address)) {}

    /** Tests whether it is in device memory; called when the work runs. */
    bool check(const char* what) const;
    std::vector<double> load() const;
    /** Stores alpha * values + beta * the old contents; with beta 0 these are not read. */
    void store(const std::vector<double>& values, double alpha, double beta) const;
};

/** Holds the two scalars of an operation, read when it is called. */
struct Blend {
    double alpha;
    double beta;

    Blend(const void* alpha, const void* beta)
            : alpha(*static_cast<const float*>(alpha)), beta(*static_cast<const float*>(beta)) {}
};

/** Ends a function with the first status that is not success. */
#define REQUIRE(expression)                             \
    do {                                                \
        Status status_ = (expression);                  \
        if (status_ != CUDNN_SUCCESS) return status_;   \
    } while (false)

/** Refuses null among pointers. */
template <class... Pointers>
Status requireAll(const char* call, Pointers... pointers) {
    bool all = ((pointers != nullptr) && ...);
    return all ? CUDNN_SUCCESS : wrong(std::string(call) + ": a pointer is null");
}
