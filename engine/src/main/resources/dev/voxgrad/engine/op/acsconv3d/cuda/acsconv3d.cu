#include "voxgrad.cuh"

// Returns where element i of the 2D kernels, of edge * edge elements each, is among dense kernels of taps elements.
__device__ unsigned inDense(unsigned i, int edge, int taps, int origin, int rowStep, int columnStep) {
    unsigned column = i % edge;
    unsigned row = i / edge % edge;
    unsigned kernel = i / edge / edge;
    return kernel * taps + origin + row * rowStep + column * columnStep;
}

// Copies the n weights of one view, the first of which has index first, into the dense weight, one per thread.
extern "C" __global__ void embed_view(const float* weight, float* dense, unsigned first, int edge, int taps, int origin,
                                      int rowStep, int columnStep, unsigned n) {
    unsigned i = element();
    if (i < n) {
        dense[inDense(first + i, edge, taps, origin, rowStep, columnStep)] = weight[first + i];
    }
}

// Copies the n weights of one view from the dense weight, one per thread.
extern "C" __global__ void extract_view(const float* dense, float* weight, unsigned first, int edge, int taps,
                                        int origin, int rowStep, int columnStep, unsigned n) {
    unsigned i = element();
    if (i < n) {
        weight[first + i] = dense[inDense(first + i, edge, taps, origin, rowStep, columnStep)];
    }
}
