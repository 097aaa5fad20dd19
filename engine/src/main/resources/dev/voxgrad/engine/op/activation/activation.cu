#include "voxgrad.cuh"

// y = max(x, 0); NaN stays NaN.
template <typename T>
__device__ void reluForward(const T* x, T* y, unsigned n) {
    unsigned i = element();
    if (i < n) {
        float value = load(x, i);
        store(y, i, value <= 0 ? 0 : value);
    }
}

// dx = 0 where y <= 0, else dy; the gradient passes where y is NaN.
template <typename T>
__device__ void reluBackward(const T* y, const T* dy, T* dx, unsigned n) {
    unsigned i = element();
    if (i < n) {
        store(dx, i, load(y, i) <= 0 ? 0 : load(dy, i));
    }
}

// y = x where x > 0, else slope * x.
template <typename T>
__device__ void leakyReluForward(const T* x, float slope, T* y, unsigned n) {
    unsigned i = element();
    if (i < n) {
        float value = load(x, i);
        store(y, i, value > 0 ? value : slope * value);
    }
}

// dx = dy where x > 0, else slope * dy.
template <typename T>
__device__ void leakyReluBackward(const T* x, float slope, const T* dy, T* dx, unsigned n) {
    unsigned i = element();
    if (i < n) {
        store(dx, i, load(x, i) > 0 ? load(dy, i) : slope * load(dy, i));
    }
}

#define ENTRY(T, suffix) \
    extern "C" __global__ void relu_forward_##suffix(const T* x, T* y, unsigned n) { reluForward(x, y, n); } \
    extern "C" __global__ void relu_backward_##suffix(const T* y, const T* dy, T* dx, unsigned n) { \
        reluBackward(y, dy, dx, n); \
    } \
    extern "C" __global__ void leaky_relu_forward_##suffix(const T* x, float slope, T* y, unsigned n) { \
        leakyReluForward(x, slope, y, n); \
    } \
    extern "C" __global__ void leaky_relu_backward_##suffix( \
            const T* x, float slope, const T* dy, T* dx, unsigned n) { \
        leakyReluBackward(x, slope, dy, dx, n); \
    }
FOR_BOTH_TYPES(ENTRY)
#undef ENTRY
