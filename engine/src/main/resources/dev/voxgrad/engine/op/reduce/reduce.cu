#include "voxgrad.cuh"

// Computes each block's share of the sum of x, in double.
template <typename T>
__device__ void sumShares(const T* x, double* shares, unsigned n) {
    double sum = 0;
    for (unsigned i = element(); i < n; i += gridDim.x * blockDim.x) {
        sum += load(x, i);
    }
    sum = blockSum(sum);
    if (threadIdx.x == 0) {
        shares[blockIdx.x] = sum;
    }
}

#define ENTRY(T, suffix) \
    extern "C" __global__ void sum_shares_##suffix(const T* x, double* shares, unsigned n) { \
        sumShares(x, shares, n); \
    } \
    extern "C" __global__ void spread_##suffix(const float* dy, float factor, T* dx, unsigned n) { \
        unsigned i = element(); \
        if (i < n) { \
            store(dx, i, factor * dy[0]); \
        } \
    }
FOR_BOTH_TYPES(ENTRY)
#undef ENTRY

// y = factor * the sum of all shares; one block.
extern "C" __global__ void sum_of_shares(const double* shares, int count, double factor, float* y) {
    double sum = 0;
    for (int i = threadIdx.x; i < count; i += BLOCK) {
        sum += shares[i];
    }
    sum = blockSum(sum);
    if (threadIdx.x == 0) {
        y[0] = (float) (factor * sum);
    }
}
