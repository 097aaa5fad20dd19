#include "voxgrad.cuh"

// The sizes of a pool. Threads process outputs, or inputs, in the order in which these are stored in memory.
struct Pool {
    int channels, channelsLast;
    int depth, height, width;
    int outDepth, outHeight, outWidth;
    int kernelD, kernelH, kernelW;
    int strideD, strideH, strideW;
    int paddingD, paddingH, paddingW;
};

// The sample, channel and position of a value in memory.
struct Place {
    unsigned sample;
    int channel, d, h, w;

    __device__ Place(unsigned i, const Pool& p, int depth, int height, int width) {
        if (p.channelsLast) {
            channel = (int) (i % p.channels);
            i /= p.channels;
        }
        w = (int) (i % width);
        i /= width;
        h = (int) (i % height);
        i /= height;
        d = (int) (i % depth);
        i /= depth;
        if (!p.channelsLast) {
            channel = (int) (i % p.channels);
            i /= p.channels;
        }
        sample = i;
    }

    // Returns the index of another position of the same sample and channel, in a volume of these sizes.
    __device__ unsigned other(int dd, int hh, int ww, const Pool& p, int depth, int height, int width) const {
        return p.channelsLast
                ? (((sample * depth + dd) * height + hh) * width + ww) * p.channels + channel
                : (((sample * p.channels + channel) * depth + dd) * height + hh) * width + ww;
    }
};

__device__ inline int above(int a, int b) {
    return a > b ? a : b;
}

__device__ inline int below(int a, int b) {
    return a < b ? a : b;
}

// Returns the index in x of the maximum of an output's window: the first of equal maxima, or the last NaN, if any.
template <typename T>
__device__ unsigned maximumOf(const T* x, const Place& place, int d, int h, int w, const Pool& p) {
    int d0 = above(d * p.strideD - p.paddingD, 0);
    int h0 = above(h * p.strideH - p.paddingH, 0);
    int w0 = above(w * p.strideW - p.paddingW, 0);
    int d1 = below(d * p.strideD - p.paddingD + p.kernelD, p.depth);
    int h1 = below(h * p.strideH - p.paddingH + p.kernelH, p.height);
    int w1 = below(w * p.strideW - p.paddingW + p.kernelW, p.width);
    unsigned best = place.other(d0, h0, w0, p, p.depth, p.height, p.width);
    float maximum = load(x, best);
    for (int dd = d0; dd < d1; dd++) {
        for (int hh = h0; hh < h1; hh++) {
            for (int ww = w0; ww < w1; ww++) {
                unsigned at = place.other(dd, hh, ww, p, p.depth, p.height, p.width);
                float value = load(x, at);
                if (value > maximum || value != value) {
                    maximum = value;
                    best = at;
                }
            }
        }
    }
    return best;
}

// One thread per output.
template <typename T>
__device__ void maxPool(const T* x, T* y, Pool p, unsigned n) {
    unsigned i = element();
    if (i < n) {
        Place place(i, p, p.outDepth, p.outHeight, p.outWidth);
        store(y, i, load(x, maximumOf(x, place, place.d, place.h, place.w, p)));
    }
}

// One thread per input, which visits the windows that contain it: no two threads write the same value, and sums are
// computed in a fixed order.
template <typename T>
__device__ void maxPoolBackward(const T* x, const T* dy, T* dx, Pool p, unsigned n) {
    unsigned i = element();
    if (i < n) {
        Place place(i, p, p.depth, p.height, p.width);
        int d0 = above((place.d + p.paddingD - p.kernelD + p.strideD) / p.strideD, 0);
        int h0 = above((place.h + p.paddingH - p.kernelH + p.strideH) / p.strideH, 0);
        int w0 = above((place.w + p.paddingW - p.kernelW + p.strideW) / p.strideW, 0);
        int d1 = below((place.d + p.paddingD) / p.strideD + 1, p.outDepth);
        int h1 = below((place.h + p.paddingH) / p.strideH + 1, p.outHeight);
        int w1 = below((place.w + p.paddingW) / p.strideW + 1, p.outWidth);
        float sum = 0;
        for (int d = d0; d < d1; d++) {
            for (int h = h0; h < h1; h++) {
                for (int w = w0; w < w1; w++) {
                    if (maximumOf(x, place, d, h, w, p) == i) {
                        sum += load(dy, place.other(d, h, w, p, p.outDepth, p.outHeight, p.outWidth));
                    }
                }
            }
        }
        store(dx, i, sum);
    }
}

// The o-th of several nearly equal parts of a length: from floor(o * size / bins) to ceil((o + 1) * size / bins).
__device__ inline int binStart(int o, int bins, int size) {
    return (int) (o * size / bins);
}

__device__ inline int binEnd(int o, int bins, int size) {
    return (int) (((o + 1LL) * size + bins - 1) / bins);
}

// One thread per output; only the sizes of the volumes are used.
template <typename T>
__device__ void adaptiveAvgPool(const T* x, float* y, Pool p, unsigned n) {
    unsigned i = element();
    if (i < n) {
        Place place(i, p, p.outDepth, p.outHeight, p.outWidth);
        int d0 = binStart(place.d, p.outDepth, p.depth), d1 = binEnd(place.d, p.outDepth, p.depth);
        int h0 = binStart(place.h, p.outHeight, p.height), h1 = binEnd(place.h, p.outHeight, p.height);
        int w0 = binStart(place.w, p.outWidth, p.width), w1 = binEnd(place.w, p.outWidth, p.width);
        double sum = 0;
        for (int d = d0; d < d1; d++) {
            for (int h = h0; h < h1; h++) {
                for (int w = w0; w < w1; w++) {
                    sum += load(x, place.other(d, h, w, p, p.depth, p.height, p.width));
                }
            }
        }
        y[i] = (float) (sum / ((double) (d1 - d0) * (h1 - h0) * (w1 - w0)));
    }
}

// One thread per input, which visits the bins that contain it: the same rule with the roles exchanged.
template <typename T>
__device__ void adaptiveAvgPoolBackward(const float* dy, T* dx, Pool p, unsigned n) {
    unsigned i = element();
    if (i < n) {
        Place place(i, p, p.depth, p.height, p.width);
        float sum = 0;
        for (int d = binStart(place.d, p.depth, p.outDepth); d < binEnd(place.d, p.depth, p.outDepth); d++) {
            for (int h = binStart(place.h, p.height, p.outHeight); h < binEnd(place.h, p.height, p.outHeight); h++) {
                for (int w = binStart(place.w, p.width, p.outWidth); w < binEnd(place.w, p.width, p.outWidth); w++) {
                    int voxels = (binEnd(d, p.outDepth, p.depth) - binStart(d, p.outDepth, p.depth))
                            * (binEnd(h, p.outHeight, p.height) - binStart(h, p.outHeight, p.height))
                            * (binEnd(w, p.outWidth, p.width) - binStart(w, p.outWidth, p.width));
                    sum += dy[place.other(d, h, w, p, p.outDepth, p.outHeight, p.outWidth)] / voxels;
                }
            }
        }
        store(dx, i, sum);
    }
}

#define ENTRY(T, suffix) \
    extern "C" __global__ void max_pool_##suffix(const T* x, T* y, Pool p, unsigned n) { \
        maxPool(x, y, p, n); \
    } \
    extern "C" __global__ void max_pool_backward_##suffix( \
            const T* x, const T* dy, T* dx, Pool p, unsigned n) { \
        maxPoolBackward(x, dy, dx, p, n); \
    } \
    extern "C" __global__ void adaptive_avg_pool_##suffix(const T* x, float* y, Pool p, unsigned n) { \
        adaptiveAvgPool(x, y, p, n); \
    } \
    extern "C" __global__ void adaptive_avg_pool_backward_##suffix( \
            const float* dy, T* dx, Pool p, unsigned n) { \
        adaptiveAvgPoolBackward(dy, dx, p, n); \
    }
FOR_BOTH_TYPES(ENTRY)
#undef ENTRY
