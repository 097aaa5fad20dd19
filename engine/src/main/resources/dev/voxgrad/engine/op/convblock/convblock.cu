#include "voxgrad.cuh"

// Batch norm and ReLU of a convolution's output z, and perhaps a max pool of 2x2x2, in one pass; and their gradient
// from z and the gradient of what came out, so that nothing else is ever in memory.

struct Volume {
    unsigned channels, voxels, channelsLast;
    unsigned depth, height, width;
    unsigned pooled;

    __device__ Activation activation() const {
        return {channels, voxels, channelsLast};
    }

    // Sizes of what comes out.
    __device__ Activation output() const {
        return {channels, pooled ? (depth / 2) * (height / 2) * (width / 2) : voxels, channelsLast};
    }
};

// Mean, scale, weight and bias of batch norm, for every channel.
struct Norm {
    const float* mean;
    const float* scale;
    const float* weight;
    const float* bias;
};

// max(weight * (z - mean) * scale + bias, 0), the same to the bit wherever it is computed; NaN stays NaN.
__device__ inline float activated(float z, unsigned c, const Norm& norm) {
    float value = fmaf(norm.weight[c] * norm.scale[c], z - norm.mean[c], norm.bias[c]);
    return value <= 0 ? 0 : value;
}

// A thread for each number that comes out.
template <typename T>
__device__ void normRelu(const T* z, T* y, Norm norm, Volume v, unsigned n) {
    unsigned i = element();
    if (i >= n) {
        return;
    }
    Activation out = v.output();
    unsigned c = out.channelOf(i);
    if (!v.pooled) {
        store(y, i, activated(load(z, i), c, norm));
        return;
    }
    unsigned row = out.rowOf(i);
    unsigned h2 = v.height / 2, w2 = v.width / 2;
    unsigned w = row % w2 * 2;
    unsigned h = row / w2 % h2 * 2;
    unsigned d = row % out.voxels / w2 / h2 * 2;
    unsigned sample = row / out.voxels;
    Activation in = v.activation();
    float largest = 0; // no result of ReLU is less
    for (int k = 0; k < 8; k++) {
        unsigned voxel = ((d + k / 4) * v.height + h + k / 2 % 2) * v.width + w + k % 2;
        float value = activated(load(z, in.at(sample * v.voxels + voxel, c)), c, norm);
        largest = value > largest || value != value ? value : largest;
    }
    store(y, i, largest);
}

// The gradient that reaches the norm's output at row r of channel c: dy where ReLU and pool let it through, else 0. Of
// equal voxels in a window, the first takes it.
template <typename T>
__device__ float passed(const T* z, const T* dy, const Norm& norm, const Volume& v, unsigned r, unsigned c) {
    Activation in = v.activation();
    float own = activated(load(z, in.at(r, c)), c, norm);
    if (own <= 0) {
        return 0;
    }
    if (!v.pooled) {
        return load(dy, in.at(r, c));
    }
    unsigned voxel = r % v.voxels, sample = r / v.voxels;
    unsigned w = voxel % v.width, h = voxel / v.width % v.height, d = voxel / v.width / v.height;
    unsigned w2 = v.width / 2, h2 = v.height / 2, d2 = v.depth / 2;
    if (w / 2 >= w2 || h / 2 >= h2 || d / 2 >= d2) {
        return 0; // in no window
    }
    int self = (int) (d % 2 * 4 + h % 2 * 2 + w % 2);
    for (int k = 0; k < 8; k++) {
        if (k != self) {
            unsigned other = ((d / 2 * 2 + k / 4) * v.height + h / 2 * 2 + k / 2 % 2) * v.width + w / 2 * 2 + k % 2;
            float value = activated(load(z, in.at(sample * v.voxels + other, c)), c, norm);
            if (value > own || (value == own && k < self)) {
                return 0;
            }
        }
    }
    unsigned window = (d / 2 * h2 + h / 2) * w2 + w / 2;
    return load(dy, v.output().at(sample * (d2 * h2 * w2) + window, c));
}

// Each block's share of the sums of g * (z - mean) and of g, g being the gradient that is let through.
template <typename T>
__device__ void gradientParts(const T* z, const T* dy, Norm norm, float2* parts, Volume v, unsigned rows) {
    Activation a = v.activation();
    ChannelShare share(a);
    float products = 0, sum = 0;
    if (share.channel < a.channels) {
        for (unsigned r = share.firstRow; r < rows; r += share.rowStep) {
            float gradient = passed(z, dy, norm, v, r, share.channel);
            products += gradient * (load(z, a.at(r, share.channel)) - norm.mean[share.channel]);
            sum += gradient;
        }
    }
    if (channelSum(a, products, sum) && share.channel < a.channels) {
        parts[blockIdx.x * a.channels + share.channel] = make_float2(products, sum);
    }
}

// dz = weight * scale * (g - dbias / count - xhat * dweight / count), with xhat = (z - mean) * scale.
template <typename T>
__device__ void inputGradient(const T* z, const T* dy, Norm norm, const float* dweight, const float* dbias, T* dz,
        float perValue, Volume v, unsigned n) {
    unsigned i = element();
    if (i < n) {
        Activation a = v.activation();
        unsigned c = a.channelOf(i);
        float normalised = (load(z, i) - norm.mean[c]) * norm.scale[c];
        float centred = passed(z, dy, norm, v, a.rowOf(i), c) - dbias[c] * perValue
                - normalised * dweight[c] * perValue;
        store(dz, i, norm.weight[c] * norm.scale[c] * centred);
    }
}

#define ENTRY(T, suffix) \
    extern "C" __global__ void norm_relu_##suffix(const T* z, T* y, Norm norm, Volume v, unsigned n) { \
        normRelu(z, y, norm, v, n); \
    } \
    extern "C" __global__ void block_gradient_parts_##suffix( \
            const T* z, const T* dy, Norm norm, float2* parts, Volume v, unsigned rows) { \
        gradientParts(z, dy, norm, parts, v, rows); \
    } \
    extern "C" __global__ void block_input_gradient_##suffix(const T* z, const T* dy, Norm norm, \
            const float* dweight, const float* dbias, T* dz, float perValue, Volume v, unsigned n) { \
        inputGradient(z, dy, norm, dweight, dbias, dz, perValue, v, n); \
    }
FOR_BOTH_TYPES(ENTRY)
#undef ENTRY
