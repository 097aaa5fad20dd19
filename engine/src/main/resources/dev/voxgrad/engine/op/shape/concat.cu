#include "voxgrad.cuh"

// Copies columns of one row-major matrix into another: to[r, toColumn + c] = from[r, fromColumn + c], n numbers in all.
extern "C" __global__ void copy_columns_f32(const float* from, long long fromLength, long long fromColumn, float* to,
        long long toLength, long long toColumn, long long columns, long long n) {
    long long i = element();
    if (i < n) {
        long long row = i / columns;
        long long column = i % columns;
        to[row * toLength + toColumn + column] = from[row * fromLength + fromColumn + column];
    }
}
