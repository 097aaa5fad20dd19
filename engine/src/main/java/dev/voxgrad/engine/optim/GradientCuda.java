package dev.voxgrad.engine.optim;

import java.util.List;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.cuda.driver.DeviceBuffer;
import dev.voxgrad.engine.cuda.driver.Grid;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.cuda.HostArray;

/** Implements {@link GradientKernels} on a GPU; only {@link #sumOfSquares} waits for the result. */
final class GradientCuda implements GradientKernels {
    private final CudaDevice device;

    GradientCuda(CudaDevice device) {
        this.device = device;
    }

    @Override
    public double sumOfSquares(Tensor gradient) {
        try (SlotTable table = table(List.of(gradient))) {
            DeviceBuffer sums = squares(table, 1);
            double[] sum = new double[1];
            device.read(sums, sum);
            device.giveBack(sums);
            return sum[0];
        }
    }

    @Override
    public void norms(List<Tensor> gradients, Tensor output) {
        try (SlotTable table = table(gradients)) {
            DeviceBuffer sums = squares(table, gradients.size());
            device.kernel(SlotTable.SOURCE, "roots")
                    .add(sums)
                    .out(output)
                    .i32(gradients.size())
                    .over(gradients.size());
            device.giveBack(sums);
        }
    }

    @Override
    public void clipNorm(List<Tensor> gradients, double maxNorm) {
        try (SlotTable table = table(gradients)) {
            DeviceBuffer sums = squares(table, gradients.size());
            table.kernel("clip_norm")
                    .add(table.pieces())
                    .add(sums)
                    .i32(gradients.size())
                    .f64(maxNorm)
                    .on(table.grid());
            device.giveBack(sums);
        }
    }

    private SlotTable table(List<Tensor> gradients) {
        return new SlotTable(
                device,
                gradients.stream().map(g -> new UpdateSlot(g, g, List.of())).toList());
    }

    /** Computes the sum of squares of each gradient, in double, in borrowed scratch memory. */
    private DeviceBuffer squares(SlotTable table, int tensors) {
        int[] firstPieces = table.firstPieces();
        DeviceBuffer parts = device.borrow((long) Double.BYTES * firstPieces[tensors]);
        table.kernel("square_parts").add(table.pieces()).add(parts).on(table.grid());
        DeviceBuffer first = device.borrowCopy(HostArray.of(firstPieces));
        DeviceBuffer sums = device.borrow((long) Double.BYTES * tensors);
        device.kernel(SlotTable.SOURCE, "squares")
                .add(parts)
                .add(first)
                .add(sums)
                .on(Grid.blocks(tensors, Grid.THREADS));
        device.giveBack(first);
        device.giveBack(parts);
        return sums;
    }

    @Override
    public void scale(Tensor gradient, double factor) {
        int n = gradient.shape().elements();
        device.kernel(SlotTable.SOURCE, "scale_gradient")
                .out(gradient)
                .f32((float) factor)
                .i32(n)
                .over(n);
    }

    @Override
    public void clamp(Tensor gradient, double limit) {
        int n = gradient.shape().elements();
        device.kernel(SlotTable.SOURCE, "clamp_gradient")
                .out(gradient)
                .f32((float) limit)
                .i32(n)
                .over(n);
    }
}
