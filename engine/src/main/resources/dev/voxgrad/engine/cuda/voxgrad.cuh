// What all kernels share: the two types of numbers in memory, and sums over a block and over channels.
//
// Kernels compute in float32 whatever they load and store. Sums are made in an order that depends on sizes alone, so
// that a kernel gives the same bits every time.
//
// No tensor has more than 2^31 - 1 numbers, so places in memory are computed in 32 bits: a division by a size that is
// not a constant takes a card several times as long in 64.

// bfloat16: the upper half of a float32.
struct bf16 {
    unsigned short bits;
};

__device__ inline float load(const float* p, unsigned i) {
    return p[i];
}

__device__ inline float load(const bf16* p, unsigned i) {
    return __uint_as_float((unsigned) p[i].bits << 16);
}

__device__ inline void store(float* p, unsigned i, float value) {
    p[i] = value;
}

// Rounds to the nearest, ties to even; NaN stays NaN.
__device__ inline void store(bf16* p, unsigned i, float value) {
    unsigned bits = __float_as_uint(value);
    if (value != value) {
        p[i].bits = 0x7fc0;
    } else {
        p[i].bits = (unsigned short) ((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
    }
}

// The element that this thread works on where each has one.
__device__ inline unsigned element() {
    return blockIdx.x * blockDim.x + threadIdx.x;
}

// The largest of K numbers; the last NaN, if there is any.
__device__ inline float largestOf(const float* x, int count) {
    float largest = x[0];
    for (int k = 1; k < count; k++) {
        largest = x[k] > largest || x[k] != x[k] ? x[k] : largest;
    }
    return largest;
}

// Makes an entry point for each type: ENTRY(type, suffix of the name).
#define FOR_BOTH_TYPES(ENTRY) ENTRY(float, f32) ENTRY(bf16, bf16)

// All blocks that sum have this many threads.
#define BLOCK 256

// The sum of a number of each thread of the block, for thread 0.
template <typename T>
__device__ T blockSum(T value) {
    __shared__ T sums[BLOCK];
    sums[threadIdx.x] = value;
    for (int half = BLOCK / 2; half > 0; half /= 2) {
        __syncthreads();
        if (threadIdx.x < half) {
            sums[threadIdx.x] += sums[threadIdx.x + half];
        }
    }
    __syncthreads();
    T sum = sums[0];
    __syncthreads(); // so that the array can be used again
    return sum;
}

// How an activation of N samples, C channels and V voxels lies in memory.
struct Activation {
    unsigned channels;
    unsigned voxels;
    unsigned channelsLast;

    // Where channel c of the r-th (sample, voxel) is.
    __device__ unsigned at(unsigned r, unsigned c) const {
        return channelsLast ? r * channels + c : (r / voxels * channels + c) * voxels + r % voxels;
    }

    // The channel of the i-th number in memory.
    __device__ unsigned channelOf(unsigned i) const {
        return channelsLast ? i % channels : i / voxels % channels;
    }

    // The (sample, voxel) of the i-th number in memory.
    __device__ unsigned rowOf(unsigned i) const {
        return channelsLast ? i / channels : i / voxels / channels * voxels + i % voxels;
    }
};

// A block's share of the sums over one channel: blocks are (chunk, channel group). Row-major, a block has one channel
// and its threads lie side by side along voxels. Channels-last, it has 32 channels, and a warp reads them side by side.
struct ChannelShare {
    unsigned channel;
    unsigned firstRow;
    unsigned rowStep;

    __device__ ChannelShare(const Activation& a) {
        if (a.channelsLast) {
            channel = blockIdx.y * 32 + threadIdx.x % 32;
            firstRow = blockIdx.x * (BLOCK / 32) + threadIdx.x / 32;
            rowStep = gridDim.x * (BLOCK / 32);
        } else {
            channel = blockIdx.y;
            firstRow = blockIdx.x * BLOCK + threadIdx.x;
            rowStep = gridDim.x * BLOCK;
        }
    }

    // Threads of the block whose sums belong to the same channel are this far apart.
    __device__ static int stride(const Activation& a) {
        return a.channelsLast ? 32 : 1;
    }
};

// Adds up each channel's sums over the block; the threads that answer true hold them afterwards.
__device__ inline bool channelSum(const Activation& a, float& first, float& second) {
    __shared__ float firsts[BLOCK];
    __shared__ float seconds[BLOCK];
    int t = threadIdx.x;
    firsts[t] = first;
    seconds[t] = second;
    int stride = ChannelShare::stride(a);
    for (int half = BLOCK / 2; half >= stride; half /= 2) {
        __syncthreads();
        if (t < half) {
            firsts[t] += firsts[t + half];
            seconds[t] += seconds[t + half];
        }
    }
    __syncthreads();
    first = firsts[t];
    second = seconds[t];
    return t < stride;
}
