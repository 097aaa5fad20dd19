#include "voxgrad.cuh"

#define TILE 32

// y[m, c, r] = x[m, r, c] for matrices of rows x columns. A block of 256 threads moves tiles of 32 x 32 through shared
// memory, so that both reads and writes go along rows; the 33rd column keeps the values of a column in different banks.
template <typename T>
__device__ void transpose(const T* x, T* y, unsigned rows, unsigned columns) {
    __shared__ float tile[TILE][TILE + 1];
    unsigned tilesAcross = (columns + TILE - 1) / TILE;
    unsigned firstRow = blockIdx.x / tilesAcross * TILE;
    unsigned firstColumn = blockIdx.x % tilesAcross * TILE;
    unsigned matrix = blockIdx.y * rows * columns;
    int lane = threadIdx.x % TILE;
    for (int line = threadIdx.x / TILE; line < TILE; line += BLOCK / TILE) {
        if (firstRow + line < rows && firstColumn + lane < columns) {
            tile[line][lane] = load(x, matrix + (firstRow + line) * columns + firstColumn + lane);
        }
    }
    __syncthreads();
    for (int line = threadIdx.x / TILE; line < TILE; line += BLOCK / TILE) {
        if (firstColumn + line < columns && firstRow + lane < rows) {
            store(y, matrix + (firstColumn + line) * rows + firstRow + lane, tile[lane][line]);
        }
    }
}

#define ENTRY(T, suffix) \
    extern "C" __global__ void transpose_##suffix(const T* x, T* y, unsigned rows, unsigned columns) { \
        transpose(x, y, rows, columns); \
    }
FOR_BOTH_TYPES(ENTRY)
#undef ENTRY
