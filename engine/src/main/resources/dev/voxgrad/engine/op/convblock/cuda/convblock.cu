#include "voxgrad.cuh"

// Computes batch norm and ReLU of a convolution's output z, and the max pool of 2x2x2 or the sum with a shortcut if
// there is one, in one pass; and their gradient from z and the gradient of the result, so that nothing else is ever in memory.
//
// A thread has V channels and works on rows: a row is a voxel of a sample or, with the pool, a window of 2x2x2 voxels,
// so that each value is loaded once.

struct Volume {
    Activation z;
    unsigned depth, height, width;

    // The result of the pool.
    __device__ Activation pooled() const {
        return {z.channels, (depth / 2) * (height / 2) * (width / 2), z.channelsLast, z.lanes};
    }
};

// The r-th window of all samples. If sizes are odd, the windows at the end are cut off: they have voxels, but no place
// in the output.
struct Window {
    unsigned d, h, w;
    unsigned sample;

    __device__ Window(unsigned r, unsigned depths, unsigned heights, unsigned widths) {
        w = r % widths * 2;
        r /= widths;
        h = r % heights * 2;
        r /= heights;
        d = r % depths * 2;
        sample = r / depths;
    }

    // Returns whether its k-th voxel, in the order of memory, is in the volume.
    __device__ bool has(int k, const Volume& v) const {
        return d + k / 4 < v.depth && h + k / 2 % 2 < v.height && w + k % 2 < v.width;
    }

    // Returns the index of a channel of its k-th voxel.
    __device__ unsigned at(int k, const Volume& v, unsigned channel) const {
        unsigned voxel = ((d + k / 4) * v.height + h + k / 2 % 2) * v.width + w + k % 2;
        return v.z.at(sample * v.z.voxels + voxel, sample, voxel, channel);
    }

    // Returns the index of a channel of its result in the pool's output; only if has(7, v).
    __device__ unsigned pooledAt(const Volume& v, unsigned channel) const {
        Activation pooled = v.pooled();
        unsigned place = (d / 2 * (v.height / 2) + h / 2) * (v.width / 2) + w / 2;
        return pooled.at(sample * pooled.voxels + place, sample, place, channel);
    }
};

// Mean, scale, weight and bias of batch norm for every channel.
struct Norm {
    const float* mean;
    const float* scale;
    const float* weight;
    const float* bias;
};

// Batch norm of a thread's channels, in registers.
template <int V>
struct Channels {
    float mean[V], factor[V], bias[V];

    __device__ Channels(const Norm& norm, unsigned channel) {
        for (int k = 0; k < V; k++) {
            mean[k] = norm.mean[channel + k];
            factor[k] = norm.weight[channel + k] * norm.scale[channel + k];
            bias[k] = norm.bias[channel + k];
        }
    }

    // Returns weight * scale * (z - mean) + bias.
    __device__ float normalised(float z, int k) const {
        return fmaf(factor[k], z - mean[k], bias[k]);
    }

    // Returns max(normalised(z), 0), the same to the bit wherever it is computed; NaN stays NaN.
    __device__ float activated(float z, int k) const {
        float value = normalised(z, k);
        return value <= 0 ? 0 : value;
    }
};

// The maximum of a window and 0, or NaN, and the voxel that has it: the first of equal ones, the last NaN, or -1 if all
// are 0.
struct Maximum {
    float value = 0;
    int voxel = -1;

    __device__ void add(float other, int k) {
        if (other > value || other != other) {
            value = other;
            voxel = k;
        }
    }
};

template <typename T, int V>
__device__ void normRelu(const T* __restrict__ z, T* __restrict__ y, Norm norm, Volume v, unsigned rows) {
    Share<V> share(v.z);
    if (share.idle) {
        return;
    }
    Channels<V> channels(norm, share.channel);
    forEachRow(z, share, v.z, rows, [&](unsigned i, const Pack<T, V>& in) {
        Pack<T, V> out;
        for (int k = 0; k < V; k++) {
            out.set(k, channels.activated(in[k], k));
        }
        packAt<V>(y, i) = out;
    });
}

template <typename T, int V>
__device__ void normReluPool(const T* __restrict__ z, T* __restrict__ y, Norm norm, Volume v, unsigned rows) {
    Share<V> share(v.z);
    if (share.idle) {
        return;
    }
    Channels<V> channels(norm, share.channel);
    for (unsigned r = share.firstRow; r < rows; r += share.rowStep) {
        Window window(r, v.depth / 2, v.height / 2, v.width / 2);
        Maximum maxima[V];
        for (int voxel = 0; voxel < 8; voxel++) {
            Pack<T, V> in = packAt<V>(z, window.at(voxel, v, share.channel));
            for (int k = 0; k < V; k++) {
                maxima[k].add(channels.activated(in[k], k), voxel);
            }
        }
        Pack<T, V> out;
        for (int k = 0; k < V; k++) {
            out.set(k, maxima[k].value);
        }
        packAt<V>(y, window.pooledAt(v, share.channel)) = out;
    }
}

// Computes each block's share of the sums of g * (z - mean) and of g, where g is dy if ReLU and pool let it through,
// else 0.
template <typename T, int V>
__device__ void gradientParts(const T* __restrict__ z, const T* __restrict__ dy, Norm norm, float2* parts, Volume v,
        unsigned rows) {
    Share<V> share(v.z);
    float products[V] = {}, sums[V] = {};
    if (!share.idle) {
        Channels<V> channels(norm, share.channel);
        forEachRow(z, dy, share, v.z, rows, [&](unsigned, const Pack<T, V>& in, const Pack<T, V>& gradient) {
            for (int k = 0; k < V; k++) {
                float passed = channels.activated(in[k], k) <= 0 ? 0 : gradient[k];
                products[k] += passed * (in[k] - channels.mean[k]);
                sums[k] += passed;
            }
        });
    }
    share.writeBlockSums(products, sums, parts, v.z.channels);
}

// Like gradientParts, over whole windows: no other voxel gets a gradient from the pool.
template <typename T, int V>
__device__ void gradientPartsPool(const T* __restrict__ z, const T* __restrict__ dy, Norm norm, float2* parts,
        Volume v, unsigned rows) {
    Share<V> share(v.z);
    float products[V] = {}, sums[V] = {};
    if (!share.idle) {
        Channels<V> channels(norm, share.channel);
        for (unsigned r = share.firstRow; r < rows; r += share.rowStep) {
            Window window(r, v.depth / 2, v.height / 2, v.width / 2);
            Pack<T, V> gradient = packAt<V>(dy, window.pooledAt(v, share.channel));
            Maximum maxima[V];
            float taken[V] = {};
            for (int voxel = 0; voxel < 8; voxel++) {
                Pack<T, V> in = packAt<V>(z, window.at(voxel, v, share.channel));
                for (int k = 0; k < V; k++) {
                    maxima[k].add(channels.activated(in[k], k), voxel);
                    taken[k] = maxima[k].voxel == voxel ? in[k] : taken[k];
                }
            }
            for (int k = 0; k < V; k++) {
                float passed = maxima[k].voxel < 0 ? 0 : gradient[k];
                products[k] += passed * (taken[k] - channels.mean[k]);
                sums[k] += passed;
            }
        }
    }
    share.writeBlockSums(products, sums, parts, v.z.channels);
}

// Computes dz = weight * scale * (g - dbias / count - (z - mean) * scale * dweight / count) for a thread's channels.
// The scale is never squared: for values from 1e19 on, its square would underflow.
template <int V>
struct InputGradient {
    float constant[V], slope[V];

    __device__ InputGradient(const Norm& norm, const Channels<V>& channels, const float* dweight, const float* dbias,
            float perValue, unsigned channel) {
        for (int k = 0; k < V; k++) {
            constant[k] = -channels.factor[k] * dbias[channel + k] * perValue;
            slope[k] = -norm.scale[channel + k] * dweight[channel + k] * perValue;
        }
    }

    __device__ float at(float z, float passed, const Channels<V>& channels, int k) const {
        return fmaf(channels.factor[k], fmaf(slope[k], z - channels.mean[k], passed), constant[k]);
    }
};

template <typename T, int V>
__device__ void inputGradient(const T* __restrict__ z, const T* __restrict__ dy, Norm norm, const float* dweight,
        const float* dbias, T* __restrict__ dz, float perValue, Volume v, unsigned rows) {
    Share<V> share(v.z);
    if (share.idle) {
        return;
    }
    Channels<V> channels(norm, share.channel);
    InputGradient<V> of(norm, channels, dweight, dbias, perValue, share.channel);
    forEachRow(z, dy, share, v.z, rows, [&](unsigned i, const Pack<T, V>& in, const Pack<T, V>& gradient) {
        Pack<T, V> out;
        for (int k = 0; k < V; k++) {
            float passed = channels.activated(in[k], k) <= 0 ? 0 : gradient[k];
            out.set(k, of.at(in[k], passed, channels, k));
        }
        packAt<V>(dz, i) = out;
    });
}

// Like inputGradient; the rows are all windows, including the ones that are cut off.
template <typename T, int V>
__device__ void inputGradientPool(const T* __restrict__ z, const T* __restrict__ dy, Norm norm, const float* dweight,
        const float* dbias, T* __restrict__ dz, float perValue, Volume v, unsigned rows) {
    Share<V> share(v.z);
    if (share.idle) {
        return;
    }
    Channels<V> channels(norm, share.channel);
    InputGradient<V> of(norm, channels, dweight, dbias, perValue, share.channel);
    for (unsigned r = share.firstRow; r < rows; r += share.rowStep) {
        Window window(r, (v.depth + 1) / 2, (v.height + 1) / 2, (v.width + 1) / 2);
        Maximum maxima[V];
        for (int voxel = 0; voxel < 8; voxel++) {
            if (window.has(voxel, v)) {
                Pack<T, V> in = packAt<V>(z, window.at(voxel, v, share.channel));
                for (int k = 0; k < V; k++) {
                    maxima[k].add(channels.activated(in[k], k), voxel);
                }
            }
        }
        Pack<T, V> gradient = {};
        if (window.has(7, v)) {
            gradient = packAt<V>(dy, window.pooledAt(v, share.channel));
        }
        for (int voxel = 0; voxel < 8; voxel++) {
            if (window.has(voxel, v)) {
                unsigned i = window.at(voxel, v, share.channel);
                Pack<T, V> in = packAt<V>(z, i); // from the cache, which is cheaper than registers for all eight
                Pack<T, V> out;
                for (int k = 0; k < V; k++) {
                    float passed = maxima[k].voxel == voxel ? gradient[k] : 0;
                    out.set(k, of.at(in[k], passed, channels, k));
                }
                packAt<V>(dz, i) = out;
            }
        }
    }
}

// Computes the end of a residual block, max(norm(z) + shortcut, 0), where ofShortcut normalises the shortcut first
// unless it has no tables.
template <typename T, int V>
__device__ void normAddRelu(const T* __restrict__ z, const T* __restrict__ shortcut, T* __restrict__ y, Norm norm,
        Norm ofShortcut, Volume v, unsigned rows) {
    Share<V> share(v.z);
    if (share.idle) {
        return;
    }
    Channels<V> channels(norm, share.channel);
    auto write = [&](unsigned i, const Pack<T, V>& in, auto summand) {
        Pack<T, V> out;
        for (int k = 0; k < V; k++) {
            float value = channels.normalised(in[k], k) + summand(k);
            out.set(k, value <= 0 ? 0 : value);
        }
        packAt<V>(y, i) = out;
    };
    if (ofShortcut.mean) {
        Channels<V> projected(ofShortcut, share.channel);
        forEachRow(z, shortcut, share, v.z, rows, [&](unsigned i, const Pack<T, V>& in, const Pack<T, V>& other) {
            write(i, in, [&](int k) { return projected.normalised(other[k], k); });
        });
    } else {
        forEachRow(z, shortcut, share, v.z, rows, [&](unsigned i, const Pack<T, V>& in, const Pack<T, V>& other) {
            write(i, in, [&](int k) { return other[k]; });
        });
    }
}

// Like gradientParts, where g is dy if y, the result of a residual block, is positive.
template <typename T, int V>
__device__ void residualGradientParts(const T* __restrict__ z, const T* __restrict__ dy, const T* __restrict__ y,
        Norm norm, float2* parts, Volume v, unsigned rows) {
    Share<V> share(v.z);
    float products[V] = {}, sums[V] = {};
    if (!share.idle) {
        Channels<V> channels(norm, share.channel);
        forEachRow(dy, y, share, v.z, rows, [&](unsigned i, const Pack<T, V>& gradient, const Pack<T, V>& result) {
            Pack<T, V> in = packAt<V>(z, i);
            for (int k = 0; k < V; k++) {
                float passed = result[k] <= 0 ? 0 : gradient[k];
                products[k] += passed * (in[k] - channels.mean[k]);
                sums[k] += passed;
            }
        });
    }
    share.writeBlockSums(products, sums, parts, v.z.channels);
}

template <typename T, int V>
__device__ void residualInputGradient(const T* __restrict__ z, const T* __restrict__ dy, const T* __restrict__ y,
        Norm norm, const float* dweight, const float* dbias, T* __restrict__ dz, float perValue, Volume v,
        unsigned rows) {
    Share<V> share(v.z);
    if (share.idle) {
        return;
    }
    Channels<V> channels(norm, share.channel);
    InputGradient<V> of(norm, channels, dweight, dbias, perValue, share.channel);
    forEachRow(dy, y, share, v.z, rows, [&](unsigned i, const Pack<T, V>& gradient, const Pack<T, V>& result) {
        Pack<T, V> in = packAt<V>(z, i);
        Pack<T, V> out;
        for (int k = 0; k < V; k++) {
            out.set(k, of.at(in[k], result[k] <= 0 ? 0 : gradient[k], channels, k));
        }
        packAt<V>(dz, i) = out;
    });
}

// Adds the gradient that passes ReLU at the end of a residual block to dx.
template <typename T, int V>
__device__ void addPassed(
        const T* __restrict__ dy, const T* __restrict__ y, T* __restrict__ dx, Volume v, unsigned rows) {
    Share<V> share(v.z);
    if (share.idle) {
        return;
    }
    forEachRow(dy, y, share, v.z, rows, [&](unsigned i, const Pack<T, V>& gradient, const Pack<T, V>& result) {
        Pack<T, V> sum = packAt<V>(dx, i);
        for (int k = 0; k < V; k++) {
            sum.set(k, sum[k] + (result[k] <= 0 ? 0 : gradient[k]));
        }
        packAt<V>(dx, i) = sum;
    });
}

#define ENTRY(T, V, suffix) \
    extern "C" __global__ void norm_relu_##suffix(const T* z, T* y, Norm norm, Volume v, unsigned rows) { \
        normRelu<T, V>(z, y, norm, v, rows); \
    } \
    extern "C" __global__ void norm_relu_pool_##suffix(const T* z, T* y, Norm norm, Volume v, unsigned rows) { \
        normReluPool<T, V>(z, y, norm, v, rows); \
    } \
    extern "C" __global__ void block_gradient_parts_##suffix( \
            const T* z, const T* dy, Norm norm, float2* parts, Volume v, unsigned rows) { \
        gradientParts<T, V>(z, dy, norm, parts, v, rows); \
    } \
    extern "C" __global__ void block_gradient_parts_pool_##suffix( \
            const T* z, const T* dy, Norm norm, float2* parts, Volume v, unsigned rows) { \
        gradientPartsPool<T, V>(z, dy, norm, parts, v, rows); \
    } \
    extern "C" __global__ void block_input_gradient_##suffix(const T* z, const T* dy, Norm norm, \
            const float* dweight, const float* dbias, T* dz, float perValue, Volume v, unsigned rows) { \
        inputGradient<T, V>(z, dy, norm, dweight, dbias, dz, perValue, v, rows); \
    } \
    extern "C" __global__ void block_input_gradient_pool_##suffix(const T* z, const T* dy, Norm norm, \
            const float* dweight, const float* dbias, T* dz, float perValue, Volume v, unsigned rows) { \
        inputGradientPool<T, V>(z, dy, norm, dweight, dbias, dz, perValue, v, rows); \
    } \
    extern "C" __global__ void norm_add_relu_##suffix( \
            const T* z, const T* shortcut, T* y, Norm norm, Norm ofShortcut, Volume v, unsigned rows) { \
        normAddRelu<T, V>(z, shortcut, y, norm, ofShortcut, v, rows); \
    } \
    extern "C" __global__ void residual_gradient_parts_##suffix( \
            const T* z, const T* dy, const T* y, Norm norm, float2* parts, Volume v, unsigned rows) { \
        residualGradientParts<T, V>(z, dy, y, norm, parts, v, rows); \
    } \
    extern "C" __global__ void residual_input_gradient_##suffix(const T* z, const T* dy, const T* y, Norm norm, \
            const float* dweight, const float* dbias, T* dz, float perValue, Volume v, unsigned rows) { \
        residualInputGradient<T, V>(z, dy, y, norm, dweight, dbias, dz, perValue, v, rows); \
    } \
    extern "C" __global__ void add_passed_##suffix(const T* dy, const T* y, T* dx, Volume v, unsigned rows) { \
        addPassed<T, V>(dy, y, dx, v, rows); \
    }
FOR_ALL_PACKS(ENTRY)
#undef ENTRY
