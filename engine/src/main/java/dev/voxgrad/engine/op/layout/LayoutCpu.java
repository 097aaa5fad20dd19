package dev.voxgrad.engine.op.layout;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CpuStorage;

/**
 * Implements {@link LayoutKernels} in tiles that stay in the first-level cache, so that neither reads nor writes use
 * only one float of each cache line.
 */
record LayoutCpu(CpuDevice device) implements LayoutKernels {
    private static final int TILE = 32;

    @Override
    public void transpose(int matrices, int rows, int columns, Tensor input, Tensor output) {
        float[] x = CpuStorage.array(input);
        float[] y = CpuStorage.array(output);
        int rowTiles = Math.ceilDiv(rows, TILE);
        device.parallel(matrices * rowTiles, task -> {
            int base = task / rowTiles * rows * columns;
            int firstRow = task % rowTiles * TILE;
            int lastRow = Math.min(firstRow + TILE, rows);
            for (int c0 = 0; c0 < columns; c0 += TILE) {
                tile(x, y, base, rows, columns, firstRow, lastRow, c0, Math.min(c0 + TILE, columns));
            }
        });
    }

    private static void tile(float[] x, float[] y, int base, int rows, int columns, int r0, int r1, int c0, int c1) {
        for (int c = c0; c < c1; c++) {
            for (int r = r0; r < r1; r++) {
                y[base + c * rows + r] = x[base + r * columns + c];
            }
        }
    }
}
