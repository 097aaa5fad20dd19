#include "voxgrad.cuh"

#define ENTRY(T, suffix) \
    extern "C" __global__ void add_##suffix(const T* a, const T* b, T* y, unsigned n) { \
        unsigned i = element(); \
        if (i < n) { \
            store(y, i, load(a, i) + load(b, i)); \
        } \
    } \
    extern "C" __global__ void mul_##suffix(const T* a, const T* b, T* y, unsigned n) { \
        unsigned i = element(); \
        if (i < n) { \
            store(y, i, load(a, i) * load(b, i)); \
        } \
    } \
    extern "C" __global__ void scale_##suffix(const T* x, float factor, T* y, unsigned n) { \
        unsigned i = element(); \
        if (i < n) { \
            store(y, i, factor * load(x, i)); \
        } \
    }
FOR_BOTH_TYPES(ENTRY)
#undef ENTRY
