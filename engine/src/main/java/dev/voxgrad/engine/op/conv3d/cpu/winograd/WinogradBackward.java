package dev.voxgrad.engine.op.conv3d.cpu.winograd;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.cpu.Lanes;
import dev.voxgrad.engine.op.conv3d.cpu.InputGradientWriter;
import dev.voxgrad.engine.op.conv3d.cpu.PartSums;
import dev.voxgrad.engine.op.conv3d.cpu.PlaneReader;
import dev.voxgrad.engine.op.conv3d.cpu.VoxelReader;
import dev.voxgrad.engine.op.conv3d.cpu.direct.PackedWeights;

/**
 * Computes both gradients of {@link Winograd} in one pass over the tiles for each {@link Slice}: the transformed output
 * gradients dM are multiplied by the transformed inputs, dU = Σ V ⊙ dM, and by the transformed weights, dV = U ⊙ dM.
 * The contributions of several tiles to one input voxel are added up in a slab, whose planes are written as soon as the
 * last tile has added to them.
 *
 * <p>The work is divided into parts by shape alone. Each part has its own dU. Where a sample is divided, both parts
 * contribute to two planes of its input gradient; these are joined at the end: the seam.
 */
final class WinogradBackward implements WinogradPasses.Backward {
    /** Maximum of floats that are added up in total: of more, adding takes as long as it saves. */
    private static final int SUMMED = 8 * 1024 * 1024;

    private static final int PARTS = 32;
    private static final int BLOCK = PackedWeights.BLOCK;

    private final CpuDevice device;
    private final Winograd w;
    private final int units;
    private final int parts;
    /** For each part, the number of seams before it, its own included. */
    private final int[] seamsBefore;

    /** Creates the computation for these sizes. */
    WinogradBackward(CpuDevice device, Winograd w) {
        this.device = device;
        this.w = w;
        this.units = w.batch * w.groups();
        this.parts = Math.clamp(Math.min(SUMMED / weightSize(), PARTS), 1, units);
        this.seamsBefore = new int[parts];
        for (int part = 1; part < parts; part++) {
            seamsBefore[part] = seamsBefore[part - 1] + (firstUnit(part) % w.groups() > 0 ? 1 : 0);
        }
    }

    @Override
    public int tasks() {
        return parts + 1;
    }

    /** Returns the number of values of one dU. */
    private int weightSize() {
        return 64 * w.weightStep();
    }

    @Override
    public void run(
            @Nullable VoxelReader x,
            PlaneReader dy,
            float @Nullable [] dw,
            float @Nullable [] u,
            @Nullable InputGradientWriter dx) {
        PartSums sums = dw == null ? null : new PartSums(device, parts, weightSize());
        float[] seams = dx == null ? null : device.borrow(2 * seamsBefore[parts - 1] * seam());
        device.parallel(parts, part -> {
            float[] du = sums == null ? null : sums.open();
            new Part(part, x, dy, du, u, dx, seams).run();
            if (sums != null && du != null) {
                sums.add(part, du);
            }
        });
        if (dx != null && seams != null) {
            for (int part = 1; part < parts; part++) {
                joinSeam(part, seams, dx);
            }
            device.giveBack(seams);
        }
        if (dw != null && sums != null) {
            WinogradWeights.gradient(device, w, sums.total(), dw);
            sums.close();
        }
    }

    private int firstUnit(int part) {
        return (int) ((long) units * part / parts);
    }

    /** Returns the floats of the two planes to which both parts at a seam contribute. */
    private int seam() {
        return 2 * w.slabPlane();
    }

    /** Returns where the contributions of the part before a part are that starts within a sample. */
    private int tail(int part) {
        return 2 * (seamsBefore[part] - 1) * seam();
    }

    /** Returns where the contributions of that part itself are. */
    private int head(int part) {
        return tail(part) + seam();
    }

    private void joinSeam(int part, float[] seams, InputGradientWriter dx) {
        int group = firstUnit(part) % w.groups();
        if (group == 0) {
            return;
        }
        int head = head(part);
        int tail = tail(part);
        for (int i = 0; i < seam(); i++) {
            seams[head + i] += seams[tail + i];
        }
        for (int plane = 0; plane < 2; plane++) {
            InputGradientSlab.write(w, dx, parts, firstUnit(part) / w.groups(), group, plane, seams, head);
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
        private final @Nullable InputGradientSlab inputGradients;
        /** V, which dV replaces position by position. */
        private final float[] transformedInputs = device.borrow(Lanes.ALIGNED_START + Slice.POSITIONS * w.inputStep());

        private final float[] transformedGradients =
                device.borrow(Lanes.ALIGNED_START + Slice.POSITIONS * w.outputStep());

        private final TileTransforms transforms = new TileTransforms(w);
        private final float[] scratch = device.borrow(w.scratch());

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
            this.inputGradients = dx == null ? null : new InputGradientSlab(device, w);
        }

        public void run() {
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
                    inputGradients.clear(follows);
                }
                for (int i = 0; i < Slice.COUNT; i++) {
                    processSlice(Slice.of(i), group);
                }
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
                inputGradients.close(device);
            }
            device.giveBack(gradients);
            device.giveBack(transformedInputs);
            device.giveBack(transformedGradients);
            device.giveBack(scratch);
        }

        private void processSlice(Slice slice, int group) {
            if (dx != null) {
                inputGradients.startSlice();
            }
            int tiles = w.tiles(group);
            for (int tile = 0; tile < tiles; tile += w.tilesPerBlock) {
                int count = Math.min(w.tilesPerBlock, tiles - tile);
                int to = Lanes.ALIGNED_START;
                transforms.outputGradients(
                        slice,
                        tile,
                        count,
                        gradients,
                        transformedGradients,
                        to,
                        w.paddedOutputs,
                        w.outputStep(),
                        scratch);
                if (sums != null) {
                    inputs.transform(slice, tile, count, transformedInputs, to, w.paddedInputs, w.inputStep());
                }
                for (int q = 0; q < Slice.POSITIONS; q++) {
                    if (sums != null) {
                        addOuterProducts(q, slice.first() + q, count);
                    }
                    if (dx != null) {
                        multiplyByWeights(q, slice.first() + q, count);
                    }
                }
                if (dx != null) {
                    inputGradients.add(
                            transforms, tile, count, transformedInputs, to, w.tilesPerBlock * BLOCK, w.inputStep());
                }
            }
            if (dx != null) {
                inputGradients.endSlice(slice, w.planes(group));
            }
        }

        /** Computes dU[p, block, i, :] += Σ over tiles of V[p, tile, i] · dM[p, tile, block, :]. */
        private void addOuterProducts(int q, int p, int count) {
            TileProducts.addOuter(
                    transformedInputs,
                    Lanes.ALIGNED_START + q * w.inputStep(),
                    w.paddedInputs,
                    transformedGradients,
                    Lanes.ALIGNED_START + q * w.outputStep(),
                    w.paddedOutputs,
                    count,
                    w.paddedInputs,
                    w.outputBlocks,
                    sums,
                    Lanes.ALIGNED_START + p * w.weightStep());
        }

        /** Computes dV[p, block, tile, :] = dM[p, tile, :] · u[p, block, :, :]. */
        private void multiplyByWeights(int q, int p, int count) {
            TileProducts.multiply(
                    transformedGradients,
                    Lanes.ALIGNED_START + q * w.outputStep(),
                    w.paddedOutputs,
                    count,
                    u,
                    Lanes.ALIGNED_START + p * w.gradInputWeightStep(),
                    w.paddedOutputs,
                    w.inputBlocks,
                    transformedInputs,
                    Lanes.ALIGNED_START + q * w.inputStep(),
                    w.tilesPerBlock * BLOCK);
        }

        /** Writes the planes that are complete, and keeps those at the part's ends for the seams. */
        private void writeInputGradients(int sample, int group, boolean first, boolean last) {
            int complete = 2 * w.planes(group);
            boolean cutBefore = first && group > 0;
            boolean cutAfter = last && group < w.groups() - 1;
            if (cutBefore) {
                System.arraycopy(inputGradients.values, Lanes.ALIGNED_START, seams, head(part), seam());
            }
            if (cutAfter) {
                System.arraycopy(
                        inputGradients.values,
                        Lanes.ALIGNED_START + complete * w.slabPlane(),
                        seams,
                        tail(part + 1),
                        seam());
            }
            inputGradients.write(dx, part, sample, group, cutBefore ? 2 : 0);
        }
    }
}
