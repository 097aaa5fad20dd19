package dev.voxgrad.engine.op.conv3d.cpu.winograd;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.cpu.Lanes;
import dev.voxgrad.engine.op.conv3d.cpu.InputGradientWriter;
import dev.voxgrad.engine.op.conv3d.cpu.MicroKernels;
import dev.voxgrad.engine.op.conv3d.cpu.PlaneReader;
import dev.voxgrad.engine.op.conv3d.cpu.VoxelReader;
import dev.voxgrad.engine.op.conv3d.cpu.direct.PackedWeights;

/**
 * Computes both gradients of {@link Winograd} in one pass over the tiles: the transformed output gradients dM are
 * multiplied by the transformed inputs, dU = Σ V ⊙ dM, and by the transformed weights, dV = U ⊙ dM. The contributions
 * of several tiles to one input voxel are added up in a slab, whose planes are written as soon as the last tile has
 * added to them.
 *
 * <p>The work is divided into parts by shape alone. Each part has its own dU. Where a sample is divided, both parts
 * contribute to two planes of its input gradient; these are joined at the end: the seam.
 */
public final class WinogradBackward {
    /** Maximum of floats in all parts' own dU: 32 MiB. */
    private static final int PRIVATE = 8 * 1024 * 1024;

    private static final int PARTS = 32;
    private static final int BLOCK = PackedWeights.BLOCK;
    private static final int L = Lanes.COUNT;

    private final CpuDevice device;
    private final Winograd w;
    private final int units;
    private final int parts;

    /** Creates the computation for these sizes. */
    public WinogradBackward(CpuDevice device, Winograd w) {
        this.device = device;
        this.w = w;
        this.units = w.batch * w.groups();
        this.parts = Math.clamp(Math.min(PRIVATE / weightSize(), PARTS), 1, units);
    }

    /** Returns how many tasks call the {@link InputGradientWriter}. */
    int tasks() {
        return parts + 1;
    }

    /** Returns the number of values of one dU. */
    private int weightSize() {
        return 64 * w.outputBlocks * w.paddedInputs * BLOCK;
    }

    /**
     * Runs on all threads.
     *
     * @param x the convolution's input; null if {@code dw} is
     * @param dy fills the output gradient's planes
     * @param dw the result (O,C,3,3,3), overwritten; null if it is not required
     * @param u weights as {@link WinogradWeights#gradInput} returns them; null if {@code dx} is
     * @param dx receives the input gradient; null if it is not required
     */
    public void run(
            @Nullable VoxelReader x,
            PlaneReader dy,
            float @Nullable [] dw,
            float @Nullable [] u,
            @Nullable InputGradientWriter dx) {
        float[] sums = dw == null ? null : device.borrow(Lanes.ALIGNED_START + parts * weightSize());
        // For each part: its contributions to the two planes before its first group, and to those after its last.
        float[] seams = dx == null ? null : device.borrow(2 * parts * seam());
        device.parallel(parts, part -> new Part(part, x, dy, sums, u, dx, seams).run());
        if (dx != null && seams != null) {
            for (int part = 1; part < parts; part++) {
                joinSeam(part, seams, dx);
            }
            device.giveBack(seams);
        }
        if (dw != null && sums != null) {
            WinogradWeights.gradient(device, w, sums, parts, dw);
            device.giveBack(sums);
        }
    }

    private int firstUnit(int part) {
        return (int) ((long) units * part / parts);
    }

    private int seam() {
        return 2 * w.slabPlane();
    }

    private void joinSeam(int part, float[] seams, InputGradientWriter dx) {
        int group = firstUnit(part) % w.groups();
        if (group == 0) {
            return;
        }
        int head = 2 * part * seam();
        int tail = (2 * part - 1) * seam();
        for (int i = 0; i < seam(); i++) {
            seams[head + i] += seams[tail + i];
        }
        for (int plane = 0; plane < 2; plane++) {
            write(dx, parts, firstUnit(part) / w.groups(), group, plane, seams, head);
        }
    }

    /** Passes plane {@code plane} of a group's slab to the writer, if there is such an input plane. */
    private void write(InputGradientWriter dx, int task, int sample, int group, int plane, float[] slab, int slab0) {
        int z = 2 * group * w.group + plane - w.padding.d();
        if (z >= 0 && z < w.input.d()) {
            int from = slab0 + plane * w.slabPlane() + w.padding.h() * w.slabRow() + w.padding.w() * w.paddedInputs;
            dx.write(task, sample, z, slab, from, w.slabRow());
        }
    }

    /**
     * Processes some groups of planes of tiles, one after the other. Without dw, sums and inputs are null; without dx,
     * u, seams and inputGradients are.
     */
    @SuppressWarnings("NullAway") // which fields are null together is beyond it
    private final class Part {
        private final int part;
        private final float @Nullable [] sums;
        private final float @Nullable [] u;
        private final PlaneReader dy;
        private final @Nullable InputGradientWriter dx;
        private final float @Nullable [] seams;
        private final @Nullable InputSlab inputs;
        private final float[] gradients = device.borrow(Lanes.ALIGNED_START + 2L * w.group * w.outputPlane());
        private final float @Nullable [] inputGradients;
        /** V, which dV replaces position by position. */
        private final float[] transformedInputs = device.borrow(Lanes.ALIGNED_START + 64 * w.inputStep());

        private final float[] transformedGradients = device.borrow(Lanes.ALIGNED_START + 64 * w.outputStep());
        private final float[] scratch = device.borrow(WinogradTransforms.SCRATCH);

        Part(
                int part,
                @Nullable VoxelReader x,
                PlaneReader dy,
                float @Nullable [] sums,
                float @Nullable [] u,
                @Nullable InputGradientWriter dx,
                float @Nullable [] seams) {
            this.part = part;
            this.sums = sums;
            this.u = u;
            this.dy = dy;
            this.dx = dx;
            this.seams = seams;
            this.inputs = sums == null ? null : new InputSlab(device, w, x);
            this.inputGradients =
                    dx == null ? null : device.borrow(Lanes.ALIGNED_START + (long) w.slabPlanes() * w.slabPlane());
        }

        public void run() {
            if (sums != null) {
                int from = Lanes.ALIGNED_START + part * weightSize();
                Arrays.fill(sums, from, from + weightSize(), 0);
            }
            int start = firstUnit(part);
            int end = firstUnit(part + 1);
            for (int unit = start; unit < end; unit++) {
                int sample = unit / w.groups();
                int group = unit % w.groups();
                boolean follows = unit > start && group > 0;
                dy.read(sample, 2 * group * w.group, 2 * w.planes(group), gradients, Lanes.ALIGNED_START);
                if (sums != null) {
                    inputs.load(sample, group, follows);
                }
                if (dx != null) {
                    clearInputGradients(follows);
                }
                transformTiles(w.planes(group) * w.tiles.h() * w.tiles.w());
                if (dx != null) {
                    writeInputGradients(sample, group, unit == start, unit == end - 1);
                }
            }
            close();
        }

        private void close() {
            if (inputs != null) {
                inputs.close(device);
            }
            if (inputGradients != null) {
                device.giveBack(inputGradients);
            }
            device.giveBack(gradients);
            device.giveBack(transformedInputs);
            device.giveBack(transformedGradients);
            device.giveBack(scratch);
        }

        /** Sets the slab to zero, except for the two planes that the previous group has started. */
        private void clearInputGradients(boolean follows) {
            int from = Lanes.ALIGNED_START;
            if (follows) {
                System.arraycopy(inputGradients, from + 2 * w.group * w.slabPlane(), inputGradients, from, seam());
                from += seam();
            }
            Arrays.fill(inputGradients, from, Lanes.ALIGNED_START + w.slabPlanes() * w.slabPlane(), 0);
        }

        private void transformTiles(int tiles) {
            for (int tile = 0; tile < tiles; tile += w.tilesPerBlock) {
                int count = Math.min(w.tilesPerBlock, tiles - tile);
                transformGradients(tile, count);
                if (sums != null) {
                    inputs.transform(tile, count, transformedInputs, scratch);
                }
                for (int p = 0; p < 64; p++) {
                    if (sums != null) {
                        addOuterProducts(p, count);
                    }
                    if (dx != null) {
                        multiplyByWeights(p, count);
                    }
                }
                if (dx != null) {
                    addInputGradients(tile, count);
                }
            }
        }

        /** Transforms the output gradients of a block of tiles: gradients → transformedGradients[p, tile, :]. */
        private void transformGradients(int firstTile, int count) {
            for (int i = 0; i < count; i++) {
                int from = w.outputOffset(firstTile + i);
                for (int channel = 0; channel < w.paddedOutputs; channel += L) {
                    WinogradTransforms.outputGradient(
                            gradients,
                            from + channel,
                            w.paddedOutputs,
                            w.outputRow(),
                            w.outputPlane(),
                            scratch,
                            transformedGradients,
                            Lanes.ALIGNED_START + i * w.paddedOutputs + channel,
                            w.outputStep());
                }
            }
            int full = Math.ceilDiv(count, 7) * 7;
            for (int p = 0; p < 64 && full > count; p++) {
                int from = Lanes.ALIGNED_START + p * w.outputStep();
                Arrays.fill(transformedGradients, from + count * w.paddedOutputs, from + full * w.paddedOutputs, 0);
            }
        }

        /** Computes dU[p, block, i, :] += Σ over tiles of V[p, tile, i] · dM[p, tile, block, :]. */
        private void addOuterProducts(int p, int count) {
            int a = Lanes.ALIGNED_START + p * w.inputStep();
            for (int block = 0; block < w.outputBlocks; block++) {
                int b = Lanes.ALIGNED_START + p * w.outputStep() + block * BLOCK;
                int c = Lanes.ALIGNED_START
                        + part * weightSize()
                        + (p * w.outputBlocks + block) * w.paddedInputs * BLOCK;
                int i = 0;
                for (; i + 8 <= w.paddedInputs; i += 8) {
                    MicroKernels.addOuter8(
                            transformedInputs,
                            a + i,
                            0,
                            w.paddedInputs,
                            transformedGradients,
                            b,
                            0,
                            w.paddedOutputs,
                            1,
                            count,
                            sums,
                            c + i * BLOCK);
                }
                for (; i < w.paddedInputs; i++) {
                    MicroKernels.addOuter1(
                            transformedInputs,
                            a + i,
                            0,
                            w.paddedInputs,
                            transformedGradients,
                            b,
                            0,
                            w.paddedOutputs,
                            1,
                            count,
                            sums,
                            c + i * BLOCK);
                }
            }
        }

        /** Computes dV[p, block, tile, :] = dM[p, tile, :] · u[p, block, :, :]. */
        private void multiplyByWeights(int p, int count) {
            for (int block = 0; block < w.inputBlocks; block++) {
                int weights = Lanes.ALIGNED_START + (p * w.inputBlocks + block) * w.paddedOutputs * BLOCK;
                int to = Lanes.ALIGNED_START + p * w.inputStep() + block * w.tilesPerBlock * BLOCK;
                for (int tile = 0; tile < count; tile += 7) {
                    MicroKernels.products7(
                            transformedGradients,
                            Lanes.ALIGNED_START + p * w.outputStep() + tile * w.paddedOutputs,
                            w.paddedOutputs,
                            u,
                            weights,
                            w.paddedOutputs,
                            transformedInputs,
                            to + tile * BLOCK);
                }
            }
        }

        private void addInputGradients(int firstTile, int count) {
            for (int i = 0; i < count; i++) {
                int to = w.slabOffset(firstTile + i);
                for (int channel = 0; channel < w.paddedInputs; channel += L) {
                    int from = Lanes.ALIGNED_START + (channel / BLOCK * w.tilesPerBlock + i) * BLOCK + channel % BLOCK;
                    WinogradTransforms.addInputGradient(
                            transformedInputs,
                            from,
                            w.inputStep(),
                            scratch,
                            inputGradients,
                            to + channel,
                            w.paddedInputs,
                            w.slabRow(),
                            w.slabPlane());
                }
            }
        }

        /** Writes the planes that are complete, and keeps those at the part's ends for the seams. */
        private void writeInputGradients(int sample, int group, boolean first, boolean last) {
            int complete = 2 * w.planes(group);
            boolean cutBefore = first && group > 0;
            boolean cutAfter = last && group < w.groups() - 1;
            if (cutBefore) {
                System.arraycopy(inputGradients, Lanes.ALIGNED_START, seams, 2 * part * seam(), seam());
            }
            if (cutAfter) {
                System.arraycopy(
                        inputGradients,
                        Lanes.ALIGNED_START + complete * w.slabPlane(),
                        seams,
                        (2 * part + 1) * seam(),
                        seam());
            }
            int end = group == w.groups() - 1 ? complete + 2 : complete;
            for (int plane = cutBefore ? 2 : 0; plane < end; plane++) {
                write(dx, part, sample, group, plane, inputGradients, Lanes.ALIGNED_START);
            }
        }
    }
}
