#include "voxgrad.cuh"

// Computes y[.., c, ..] += bias[c].
template <typename T>
__device__ void addBias(const float* bias, T* y, Activation a, unsigned n) {
    unsigned i = element();
    if (i < n) {
        store(y, i, load(y, i) + bias[a.channelOf(i)]);
    }
}

// Computes each block's share of the sum of dy over its channels: parts[chunk, channel].
template <typename T, int V>
__device__ void biasGradientParts(const T* dy, float* parts, Activation a, unsigned rows) {
    Share<V> share(a);
    float sums[V] = {}, unused[V] = {};
    if (!share.idle) {
        forEachRow(dy, share, a, rows, [&](unsigned, const Pack<T, V>& gradient) {
            for (int k = 0; k < V; k++) {
                sums[k] += gradient[k];
            }
        });
    }
    float2 sum = share.blockSums(sums, unused);
    unsigned c = share.summedChannel();
    if (c < a.channels) {
        parts[blockIdx.x * a.channels + c] = sum.x;
    }
}

// Sums up the parts of the channels, one channel per block.
extern "C" __global__ void bias_gradient(const float* parts, int chunks, int channels, float* dbias) {
    double sum = 0;
    for (int i = threadIdx.x; i < chunks; i += BLOCK) {
        sum += parts[i * channels + blockIdx.x];
    }
    sum = blockSum(sum);
    if (threadIdx.x == 0) {
        dbias[blockIdx.x] = (float) sum;
    }
}

// Converts weights from (O, C, kernel) in float32 to (O, kernel, C) in bfloat16, one value per thread; unpack_weight
// converts gradients back.
extern "C" __global__ void pack_weight(const float* weight, bf16* packed, int channels, int kernel, unsigned n) {
    unsigned i = element();
    if (i < n) {
        unsigned c = i % channels;
        unsigned k = i / channels % kernel;
        unsigned o = i / channels / kernel;
        store(packed, i, weight[(o * channels + c) * kernel + k]);
    }
}

extern "C" __global__ void unpack_weight(const bf16* packed, float* weight, int channels, int kernel, unsigned n) {
    unsigned i = element();
    if (i < n) {
        unsigned k = i % kernel;
        unsigned c = i / kernel % channels;
        unsigned o = i / kernel / channels;
        weight[i] = load(packed, (o * kernel + k) * channels + c);
    }
}

#define ENTRY(T, suffix) \
    extern "C" __global__ void add_bias_##suffix(const float* bias, T* y, Activation a, unsigned n) { \
        addBias(bias, y, a, n); \
    }
FOR_BOTH_TYPES(ENTRY)
#undef ENTRY

#define ENTRY(T, V, suffix) \
    extern "C" __global__ void bias_gradient_parts_##suffix( \
            const T* dy, float* parts, Activation a, unsigned rows) { \
        biasGradientParts<T, V>(dy, parts, a, rows); \
    }
FOR_ALL_PACKS(ENTRY)
#undef ENTRY
