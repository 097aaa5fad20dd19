package dev.voxgrad.engine.op.layout;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.cuda.driver.Grid;
import dev.voxgrad.engine.cuda.nvrtc.CudaSource;
import dev.voxgrad.engine.device.CudaDevice;

/** Implements {@link LayoutKernels} on a GPU. */
final class LayoutCuda implements LayoutKernels {
    private static final CudaSource SOURCE = new CudaSource(LayoutCuda.class, "layout");
    /** The edge of the tiles that a block moves. */
    private static final int TILE = 32;

    private final CudaDevice device;

    LayoutCuda(CudaDevice device) {
        this.device = device;
    }

    @Override
    public void transpose(int matrices, int rows, int columns, Tensor input, Tensor output) {
        int tiles = Math.ceilDiv(rows, TILE) * Math.ceilDiv(columns, TILE);
        device.kernel(SOURCE, "transpose", output)
                .in(input)
                .out(output)
                .i32(rows)
                .i32(columns)
                .on(new Grid(tiles, matrices, 1, Grid.THREADS));
    }
}
