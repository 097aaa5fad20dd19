#include "voxgrad.cuh"

// y[n, o] += bias[o].
extern "C" __global__ void add_row_bias(const float* bias, float* y, int features, unsigned n) {
    unsigned i = element();
    if (i < n) {
        y[i] += bias[i % features];
    }
}

// dbias[o] = the sum over n of dy[n, o]; one thread per o, because there are few rows.
extern "C" __global__ void row_bias_gradient(const float* dy, float* dbias, int rows, int features) {
    unsigned o = element();
    if (o < features) {
        double sum = 0;
        for (int n = 0; n < rows; n++) {
            sum += dy[n * features + o];
        }
        dbias[o] = (float) sum;
    }
}
