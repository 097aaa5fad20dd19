package dev.voxgrad.engine.op.conv3d.cpu.winograd;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.cpu.Lanes;
import dev.voxgrad.engine.op.conv3d.cpu.InputGradientWriter;
import dev.voxgrad.engine.op.conv3d.cpu.PlaneReader;
import dev.voxgrad.engine.op.conv3d.cpu.VoxelReader;
import dev.voxgrad.engine.op.conv3d.cpu.direct.PackedWeights;

/**
 * Computes both gradients of {@link Winograd} in {@link Stages}. One task sums up a position's dU over all tiles of a
 * stage, and one stage follows the other: the order of the sums depends on the sizes alone.
 */
final class StagedBackward implements WinogradPasses.Backward {
    private static final int BLOCK = PackedWeights.BLOCK;

    private final CpuDevice device;
    private final Stages stages;
    private final Winograd w;

    StagedBackward(CpuDevice device, Stages stages) {
        this.device = device;
        this.stages = stages;
        this.w = stages.w;
    }

    @Override
    public int tasks() {
        return w.batch;
    }

    @Override
    public void run(
            @Nullable VoxelReader x,
            PlaneReader dy,
            float @Nullable [] dw,
            float @Nullable [] u,
            @Nullable InputGradientWriter dx) {
        // V, which dV replaces position by position.
        float[] inputs = device.borrow(stages.input(64));
        float[] gradients = device.borrow(stages.output(64));
        float[] sums = dw == null ? null : device.borrow(Lanes.ALIGNED_START + 64L * w.weightStep());
        for (int start = 0; start < w.batch; start += stages.samples) {
            int first = start;
            int samples = Math.min(stages.samples, w.batch - first);
            int tiles = samples * w.tiles.product();
            device.parallel(samples * w.groups(), unit -> transformGradients(dy, first, unit, gradients));
            if (x != null && sums != null) {
                device.parallel(
                        samples * w.groups(), unit -> StagedForward.transform(device, stages, x, first, unit, inputs));
            }
            device.parallel(64, p -> {
                if (sums != null) {
                    addOuterProducts(p, tiles, first == 0, inputs, gradients, sums);
                }
                if (u != null) {
                    multiplyByWeights(p, tiles, gradients, u, inputs);
                }
            });
            if (dx != null) {
                device.parallel(samples, sample -> transformBack(first, sample, inputs, dx));
            }
        }
        if (dw != null && sums != null) {
            WinogradWeights.gradient(device, w, sums, dw);
            device.giveBack(sums);
        }
        device.giveBack(gradients);
        device.giveBack(inputs);
    }

    private void transformGradients(PlaneReader dy, int first, int unit, float[] gradients) {
        int sample = unit / w.groups();
        int group = unit % w.groups();
        TileTransforms transforms = new TileTransforms(w);
        float[] planes = device.borrow(Lanes.ALIGNED_START + 2L * w.group * w.outputPlane());
        float[] scratch = device.borrow(w.scratch());
        dy.read(first + sample, 2 * group * w.group, 2 * w.planes(group), planes, Lanes.ALIGNED_START);
        int to = stages.firstTile(sample, group) * stages.outputRow;
        for (int i = 0; i < Slice.COUNT; i++) {
            Slice slice = Slice.of(i);
            int at = stages.output(slice.first()) + to;
            transforms.outputGradients(
                    slice, 0, w.tiles(group), planes, gradients, at, stages.outputRow, stages.outputStep, scratch);
        }
        device.giveBack(scratch);
        device.giveBack(planes);
    }

    /** Computes dU[p, block, i, :] += Σ over tiles of V[p, tile, i] · dM[p, tile, block, :]. */
    private void addOuterProducts(int p, int tiles, boolean first, float[] inputs, float[] gradients, float[] sums) {
        int to = Lanes.ALIGNED_START + p * w.weightStep();
        if (first) {
            Arrays.fill(sums, to, to + w.weightStep(), 0);
        }
        TileProducts.addOuter(
                inputs,
                stages.input(p),
                stages.inputRow,
                gradients,
                stages.output(p),
                stages.outputRow,
                tiles,
                w.paddedInputs,
                w.outputBlocks,
                sums,
                to);
    }

    /** Computes dV[p, block, tile, :] = dM[p, tile, :] · u[p, block, :, :]. */
    private void multiplyByWeights(int p, int tiles, float[] gradients, float[] u, float[] inputs) {
        TileProducts.multiply(
                gradients,
                stages.output(p),
                stages.outputRow,
                tiles,
                u,
                Lanes.ALIGNED_START + p * w.gradInputWeightStep(),
                w.paddedOutputs,
                w.inputBlocks,
                inputs,
                stages.input(p),
                stages.blockStep());
    }

    private void transformBack(int first, int sample, float[] inputs, InputGradientWriter dx) {
        TileTransforms transforms = new TileTransforms(w);
        InputGradientSlab slab = new InputGradientSlab(device, w);
        for (int group = 0; group < w.groups(); group++) {
            slab.clear(group > 0);
            int from = stages.firstTile(sample, group) * BLOCK;
            for (int i = 0; i < Slice.COUNT; i++) {
                Slice slice = Slice.of(i);
                int at = stages.input(slice.first()) + from;
                slab.startSlice();
                slab.add(transforms, 0, w.tiles(group), inputs, at, stages.blockStep(), stages.inputStep);
                slab.endSlice(slice, w.planes(group));
            }
            slab.write(dx, first + sample, first + sample, group, 0);
        }
        slab.close(device);
    }
}
