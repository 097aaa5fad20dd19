#include "voxgrad.cuh"

// Sets n values.
template <typename T>
__device__ void fill(T* y, float value, unsigned n) {
    unsigned i = element();
    if (i < n) {
        store(y, i, value);
    }
}

#define ENTRY(T, suffix) \
    extern "C" __global__ void fill_##suffix(T* y, float value, unsigned n) { fill(y, value, n); }
FOR_BOTH_TYPES(ENTRY)
#undef ENTRY

// Copies n values into the other type.
extern "C" __global__ void to_bf16(const float* x, bf16* y, unsigned n) {
    unsigned i = element();
    if (i < n) {
        store(y, i, x[i]);
    }
}

extern "C" __global__ void to_f32(const bf16* x, float* y, unsigned n) {
    unsigned i = element();
    if (i < n) {
        y[i] = load(x, i);
    }
}
