#include "voxgrad.cuh"

// Copies columns of one row-major matrix into another: to[r, toColumn + c] = from[r, fromColumn + c], n values in all.
extern "C" __global__ void copy_columns_f32(const float* from, unsigned fromLength, unsigned fromColumn, float* to,
        unsigned toLength, unsigned toColumn, unsigned columns, unsigned n) {
    unsigned i = element();
    if (i < n) {
        unsigned row = i / columns;
        unsigned column = i % columns;
        to[row * toLength + toColumn + column] = from[row * fromLength + fromColumn + column];
    }
}
