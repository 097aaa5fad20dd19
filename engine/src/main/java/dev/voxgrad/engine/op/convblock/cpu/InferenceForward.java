package dev.voxgrad.engine.op.convblock.cpu;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CpuStorage;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;
import dev.voxgrad.engine.op.conv3d.cpu.PlaneWriter;
import dev.voxgrad.engine.op.conv3d.cpu.TiledConv3d;
import dev.voxgrad.engine.op.conv3d.cpu.VoxelReader;
import dev.voxgrad.engine.op.conv3d.cpu.VoxelWriter;
import dev.voxgrad.engine.op.convblock.BlockEnding;
import dev.voxgrad.engine.op.convblock.ConvBlockOp;
import dev.voxgrad.engine.op.convblock.UnitTensors;

/**
 * Computes the forward pass of a {@link ConvBlockOp} by the running statistics, with batch norm folded into the
 * convolutions. Whatever follows a convolution is computed before its output leaves the cache.
 */
final class InferenceForward {
    private final CpuDevice device;
    private final ConvBlockOp op;
    private final Tensor[] inputs;
    private final Shape[] shapes;

    InferenceForward(CpuDevice device, ConvBlockOp op, Tensor... inputs) {
        this.device = device;
        this.op = op;
        this.inputs = inputs;
        this.shapes = op.unitShapes(inputs);
    }

    Tensor run(Shape outputShape) {
        Tensor current = inputs[0];
        int last = op.units().size() - 1;
        for (int i = 0; i < last; i++) {
            Tensor a = Tensor.empty(device, shapes[i], device.activationLayout());
            new FoldedUnit(i, current).run(VoxelWriters.rectified(CpuStorage.array(a), shapes[i].dim(1)));
            if (i > 0) {
                current.release();
            }
            current = a;
        }
        Tensor output = Tensor.empty(device, outputShape, device.activationLayout());
        float[] y = CpuStorage.array(output);
        int channels = outputShape.dim(1);
        switch (op.ending()) {
            case BlockEnding.Rectified rectified ->
                new FoldedUnit(last, current).run(VoxelWriters.rectified(y, channels));
            case BlockEnding.Pooled pooled -> new FoldedUnit(last, current).runPooled(y);
            case BlockEnding.Residual residual -> {
                float[] shortcut = y;
                if (residual.projection() == null) {
                    shortcut = CpuStorage.array(inputs[0]);
                } else {
                    new FoldedUnit(last + 1, inputs[0]).run(VoxelWriter.to(y, channels));
                }
                new FoldedUnit(last, current).run(VoxelWriters.rectifiedSum(shortcut, y, channels));
            }
        }
        if (last > 0) {
            current.release();
        }
        return output;
    }

    /** One convolution with its batch norm: weights times γ·s, and bias β + γ·s·(b − μ). */
    private final class FoldedUnit {
        private final int index;
        private final Tensor input;
        private final UnitTensors unit;
        private final Conv3dGeometry geometry;
        private final TiledConv3d convolution;
        private final float[] factors;
        private final float[] bias;

        FoldedUnit(int index, Tensor input) {
            this.index = index;
            this.input = input;
            this.unit = UnitTensors.of(op, index, inputs);
            this.geometry = unit.geometry(input.shape(), shapes[index]);
            this.convolution = TiledConv3d.ofInference(device, geometry);
            int channels = geometry.outputChannels();
            this.factors = device.borrow(channels);
            this.bias = device.borrow(channels);
            for (int c = 0; c < channels; c++) {
                double factor = CpuStorage.array(unit.normWeight())[c]
                        / Math.sqrt(CpuStorage.array(unit.runningVariance())[c]
                                + op.allUnits().get(index).eps());
                double own = unit.bias() == null ? 0 : CpuStorage.array(unit.bias())[c];
                factors[c] = (float) factor;
                bias[c] = (float) (CpuStorage.array(unit.normBias())[c]
                        + factor * (own - CpuStorage.array(unit.runningMean())[c]));
            }
        }

        void run(VoxelWriter y) {
            try (var _ = BlockTrace.inference(device, op, index, geometry)) {
                convolution.forward(reader(), CpuStorage.array(unit.weight()), factors, bias, y);
            }
            close();
        }

        void runPooled(float[] y) {
            PlaneWriter writer = PoolWriter.of(convolution.outputLayout(), y);
            try (var _ = BlockTrace.inference(device, op, index, geometry)) {
                convolution.forward(reader(), CpuStorage.array(unit.weight()), factors, bias, writer);
            }
            close();
        }

        private VoxelReader reader() {
            return TrainingForward.reader(input, null, convolution.inputVoxel());
        }

        private void close() {
            device.giveBack(bias);
            device.giveBack(factors);
        }
    }
}
