#include "voxgrad.cuh"

// One thread per row of K values: there are few classes, and never many rows.

__device__ inline float logSumExp(const float* x, int classes) {
    float largest = largestExponent(x, classes);
    float sum = 0;
    for (int k = 0; k < classes; k++) {
        sum += expf(difference(x[k], largest));
    }
    return largest + logf(sum);
}

extern "C" __global__ void softmax_f32(const float* x, float* y, int rows, int classes) {
    unsigned row = element();
    if (row < rows) {
        x += row * classes;
        y += row * classes;
        float largest = largestExponent(x, classes);
        float sum = 0;
        for (int k = 0; k < classes; k++) {
            float value = expf(difference(x[k], largest));
            y[k] = value;
            sum += value;
        }
        for (int k = 0; k < classes; k++) {
            y[k] /= sum;
        }
    }
}

extern "C" __global__ void softmax_backward_f32(
        const float* y, const float* dy, float* dx, int rows, int classes) {
    unsigned row = element();
    if (row < rows) {
        y += row * classes;
        dy += row * classes;
        dx += row * classes;
        float products = 0;
        for (int k = 0; k < classes; k++) {
            products += dy[k] * y[k];
        }
        for (int k = 0; k < classes; k++) {
            dx[k] = y[k] * (dy[k] - products);
        }
    }
}

extern "C" __global__ void log_softmax_f32(const float* x, float* y, int rows, int classes) {
    unsigned row = element();
    if (row < rows) {
        float log = logSumExp(x + row * classes, classes);
        for (int k = 0; k < classes; k++) {
            y[row * classes + k] = difference(x[row * classes + k], log);
        }
    }
}

extern "C" __global__ void log_softmax_backward_f32(
        const float* y, const float* dy, float* dx, int rows, int classes) {
    unsigned row = element();
    if (row < rows) {
        y += row * classes;
        dy += row * classes;
        dx += row * classes;
        float sum = 0;
        for (int k = 0; k < classes; k++) {
            sum += dy[k];
        }
        for (int k = 0; k < classes; k++) {
            dx[k] = dy[k] - expf(y[k]) * sum;
        }
    }
}
