#include "voxgrad.cuh"

// The count, mean and sum of squared deviations of some values, in double. Moments are joined by the rule of Chan,
// Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", 1979.
struct Moments {
    double count, mean, squares;

    __device__ void add(const Moments& other) {
        double sum = count + other.count;
        if (other.count > 0) {
            double difference = other.mean - mean;
            double ratio = other.count / sum;
            mean += difference * ratio;
            squares += other.squares + difference * difference * count * ratio;
            count = sum;
        }
    }
};

// Returns the moments of one channel of a block's share of x, in double: for values whose squares overflow float32.
template <typename T, int V>
__device__ Moments wideMoments(const T* x, const Share<V>& share, const Activation& a, unsigned rows, unsigned c) {
    Moments moments = {0, 0, 0};
    for (unsigned first = share.blocksFirstRow(); first < rows; first += share.rowStep) {
        for (unsigned r = first; r < rows && r < first + BLOCK / share.lanes; r++) {
            moments.add({1, load(x, a.at(r, c)), 0});
        }
    }
    return moments;
}

// Computes the moments of each channel of a block's share of x: parts[chunk, channel].
template <typename T, int V>
__device__ void momentParts(const T* x, Moments* parts, Activation a, unsigned rows) {
    Share<V> share(a);
    // Sums about the block's first value lose no digits if the mean is large compared to the deviation.
    float sums[V] = {}, squares[V] = {};
    if (!share.idle && share.firstRow < rows) {
        Pack<T, V> centre = packAt<V>(x, a.at(share.blocksFirstRow(), share.channel));
        forEachRow(x, share, a, rows, [&](unsigned, const Pack<T, V>& values) {
            for (int k = 0; k < V; k++) {
                float difference = values[k] - centre[k];
                sums[k] += difference;
                squares[k] += difference * difference;
            }
        });
    }
    float2 sum = share.blockSums(sums, squares);
    unsigned c = share.summedChannel();
    if (c < a.channels) {
        double count = share.blocksRows(rows);
        Moments moments = {0, 0, 0};
        if (count > 0) {
            double centre = load(x, a.at(share.blocksFirstRow(), c));
            moments = {count, centre + sum.x / count, sum.y - sum.x * (sum.x / count)};
            if (!(moments.squares - moments.squares == 0)) { // infinite or NaN
                moments = wideMoments(x, share, a, rows, c);
            }
        }
        parts[blockIdx.x * a.channels + c] = moments;
    }
}

// Joins the parts of a channel, one block per channel, and moves the running statistics. If x lacks a constant, the
// bias of the preceding convolution, the running mean still includes it; bias may be null.
extern "C" __global__ void batch_statistics(const Moments* parts, int chunks, int channels, const float* bias,
        double momentum, double eps, float* runningMean, float* runningVariance, float* mean, float* scale) {
    __shared__ Moments shared[BLOCK];
    int c = blockIdx.x;
    Moments own = {0, 0, 0};
    for (int i = threadIdx.x; i < chunks; i += BLOCK) {
        own.add(parts[i * channels + c]);
    }
    shared[threadIdx.x] = own;
    for (int half = BLOCK / 2; half > 0; half /= 2) {
        __syncthreads();
        if (threadIdx.x < half) {
            shared[threadIdx.x].add(shared[threadIdx.x + half]);
        }
    }
    if (threadIdx.x == 0) {
        Moments all = shared[0];
        mean[c] = (float) all.mean;
        scale[c] = (float) (1 / sqrt(all.squares / all.count + eps));
        runningMean[c] = (float) ((1 - momentum) * runningMean[c] + momentum * (all.mean + (bias ? bias[c] : 0)));
        runningVariance[c] = (float) ((1 - momentum) * runningVariance[c] + momentum * all.squares / (all.count - 1));
    }
}

// Computes mean and scale from the running statistics, for an x that lacks a constant as above.
extern "C" __global__ void running_statistics(const float* runningMean, const float* runningVariance,
        const float* bias, double eps, float* mean, float* scale, int channels) {
    unsigned c = element();
    if (c < channels) {
        mean[c] = runningMean[c] - (bias ? bias[c] : 0);
        scale[c] = (float) (1 / sqrt(runningVariance[c] + eps));
    }
}

// y = weight * (x - mean) * scale + bias.
template <typename T>
__device__ void normalise(const T* x, const float* mean, const float* scale, const float* weight, const float* bias,
        T* y, Activation a, unsigned n) {
    unsigned i = element();
    if (i < n) {
        unsigned c = a.channelOf(i);
        store(y, i, fmaf(weight[c] * scale[c], load(x, i) - mean[c], bias[c])); // as in the fused kernel
    }
}

// Computes each block's share of the sums of dy * (x - mean) and of dy: parts[chunk, channel].
template <typename T, int V>
__device__ void gradientParts(const T* x, const float* mean, const T* dy, float2* parts, Activation a,
        unsigned rows) {
    Share<V> share(a);
    float products[V] = {}, sums[V] = {};
    if (!share.idle) {
        Pack<float, V> centre = packAt<V>(mean, share.channel);
        forEachRow(x, dy, share, a, rows, [&](unsigned, const Pack<T, V>& values, const Pack<T, V>& gradient) {
            for (int k = 0; k < V; k++) {
                products[k] += gradient[k] * (values[k] - centre[k]);
                sums[k] += gradient[k];
            }
        });
    }
    share.writeBlockSums(products, sums, parts, a.channels);
}

// Sums the parts of a channel, one block per channel: dweight = scale * the sum of products, dbias = the sum of dy.
extern "C" __global__ void parameter_gradients(const float2* parts, int chunks, int channels, const float* scale,
        float* dweight, float* dbias) {
    int c = blockIdx.x;
    double products = 0, sum = 0;
    for (int i = threadIdx.x; i < chunks; i += BLOCK) {
        float2 part = parts[i * channels + c];
        products += part.x;
        sum += part.y;
    }
    products = blockSum(products);
    sum = blockSum(sum);
    if (threadIdx.x == 0) {
        dweight[c] = (float) (products * scale[c]);
        dbias[c] = (float) sum;
    }
}

// dx = weight * scale * (dy - dbias / count - xhat * dweight / count), with xhat = (x - mean) * scale.
template <typename T>
__device__ void inputGradient(const T* x, const float* mean, const float* scale, const float* weight, const T* dy,
        const float* dweight, const float* dbias, T* dx, float perValue, Activation a, unsigned n) {
    unsigned i = element();
    if (i < n) {
        unsigned c = a.channelOf(i);
        float normalised = (load(x, i) - mean[c]) * scale[c];
        float centred = load(dy, i) - dbias[c] * perValue - normalised * dweight[c] * perValue;
        store(dx, i, weight[c] * scale[c] * centred);
    }
}

// dx = weight * scale * dy, if mean and scale are constants.
template <typename T>
__device__ void scaledGradient(const float* scale, const float* weight, const T* dy, T* dx, Activation a, unsigned n) {
    unsigned i = element();
    if (i < n) {
        unsigned c = a.channelOf(i);
        store(dx, i, weight[c] * scale[c] * load(dy, i));
    }
}

#define ENTRY(T, V, suffix) \
    extern "C" __global__ void moment_parts_##suffix( \
            const T* x, Moments* parts, Activation a, unsigned rows) { \
        momentParts<T, V>(x, parts, a, rows); \
    } \
    extern "C" __global__ void gradient_parts_##suffix(const T* x, const float* mean, const T* dy, float2* parts, \
            Activation a, unsigned rows) { \
        gradientParts<T, V>(x, mean, dy, parts, a, rows); \
    }
FOR_ALL_PACKS(ENTRY)
#undef ENTRY

#define ENTRY(T, suffix) \
    extern "C" __global__ void normalise_##suffix(const T* x, const float* mean, const float* scale, \
            const float* weight, const float* bias, T* y, Activation a, unsigned n) { \
        normalise(x, mean, scale, weight, bias, y, a, n); \
    } \
    extern "C" __global__ void input_gradient_##suffix(const T* x, const float* mean, const float* scale, \
            const float* weight, const T* dy, const float* dweight, const float* dbias, T* dx, float perValue, \
            Activation a, unsigned n) { \
        inputGradient(x, mean, scale, weight, dy, dweight, dbias, dx, perValue, a, n); \
    } \
    extern "C" __global__ void scaled_gradient_##suffix(const float* scale, const float* weight, const T* dy, T* dx, \
            Activation a, unsigned n) { \
        scaledGradient(scale, weight, dy, dx, a, n); \
    }
FOR_BOTH_TYPES(ENTRY)
#undef ENTRY
