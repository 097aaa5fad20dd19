// Kernels for CudaEmulatorTest: what the emulator must run, and what it must refuse.

/** Sum over a warp, in lane 0. */
__device__ __forceinline__ float warpSum(float value) {
    for (int offset = 16; offset > 0; offset /= 2) {
        value += __shfl_down_sync(0xffffffffu, value, offset);
    }
    return value;
}

/** Sum over a block of at most 1024 threads, in every thread. */
template <int MAX_WARPS>
__device__ float blockSum(float value) {
    __shared__ float partial[MAX_WARPS];
    __shared__ float total;
    int warp = threadIdx.x / 32;
    value = warpSum(value);
    if (threadIdx.x % 32 == 0) partial[warp] = value;
    __syncthreads();
    if (warp == 0) {
        int warps = blockDim.x / 32;
        float sum = warpSum(threadIdx.x < warps ? partial[threadIdx.x] : 0.0f);
        if (threadIdx.x == 0) total = sum;
    }
    __syncthreads();
    return total;
}

/** sums[block] = sum of the block's values; every value becomes its part of the sum. */
extern "C" __global__ void __launch_bounds__(256) fixtureBlockSum(
        float* __restrict__ values, float* __restrict__ sums, int count) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    float value = i < count ? values[i] : 0.0f;
    float total = blockSum<32>(value);
    if (i < count) values[i] = value / total;
    if (threadIdx.x == 0) sums[blockIdx.x] = total;
}

#define FIXTURE_MAP(name, expression)                                                          \
    extern "C" __global__ void fixture##name(float* values, float factor, long long count) {   \
        long long i = (long long) blockIdx.x * blockDim.x + threadIdx.x;                       \
        if (i < count) values[i] = (expression);                                               \
    }

FIXTURE_MAP(Scale, values[i] * factor)
FIXTURE_MAP(Shift, values[i] + factor)
FIXTURE_MAP(Fill, factor)

/** Half of the threads never come to the barrier. */
extern "C" __global__ void fixtureHalfBarrier(float* values) {
    if (threadIdx.x < blockDim.x / 2) {
        __syncthreads();
    } else {
        __syncwarp();
        __syncthreads();
    }
    values[threadIdx.x] = 1.0f;
}

/** Reads what another thread has not written yet, for want of a barrier. */
extern "C" __global__ void fixtureNoBarrier(float* values) {
    __shared__ float shared[64];
    shared[threadIdx.x] = 1.0f;
    values[threadIdx.x] = shared[(threadIdx.x + 1) % 64];
}

/** Reads four floats at once from an address that may not be aligned for it. */
extern "C" __global__ void fixtureVectors(const float* __restrict__ values, float* sums) {
    float4 four = *reinterpret_cast<const float4*>(values);
    atomicAdd(sums, four.x + four.y + four.z + four.w);
}

/** Writes behind a shared array where the offset is not 0. */
extern "C" __global__ void fixtureBounds(float* values, int offset) {
    __shared__ float shared[64];
    shared[threadIdx.x + offset] = 1.0f;
    __syncthreads();
    values[threadIdx.x] = shared[63 - threadIdx.x];
}
