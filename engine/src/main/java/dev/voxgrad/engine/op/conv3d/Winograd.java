package dev.voxgrad.engine.op.conv3d;

import java.util.Arrays;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.cpu.Lanes;
import dev.voxgrad.engine.device.CpuDevice;

/**
 * Convolution with 3×3×3 kernels by Winograd's minimal filtering F(2×2×2, 3×3×3): 64 products for 8 outputs in place of
 * 216.
 *
 * <pre>
 * y  = Aᵀ [ (G g) ⊙ (Bᵀ d) ]      d: 4×4×4 inputs, g: 3×3×3 weights, y: 2×2×2 outputs, each matrix along every axis
 * dg = Gᵀ [ (A dy) ⊙ (Bᵀ d) ]
 * </pre>
 *
 * <p>⊙ is, for each of the 64 positions, a matrix product over channels. Tiles are taken in blocks of some thirty:
 * their inputs are transformed, multiplied with the transformed weights and transformed back while everything lies in
 * the second-level cache; the transformed activations, eight times the size of the activations, are never written to
 * memory.
 *
 * <p>Sources: Lavin and Gray, "Fast algorithms for convolutional neural networks", CVPR 2016 (the matrices); Jia,
 * Zlateski, Durand and Li, "Optimizing N-dimensional, Winograd-based convolution for manycore CPUs", PPoPP 2018;
 * Gelashvili, Shavit and Zlateski, "L3 fusion", arXiv 1912.02165 (blocks of tiles in cache). The sums have fewer terms
 * than those of direct convolution, and the results keep within the same error bound.
 */
final class Winograd {
    /** Tiles of one block at most, about. A multiple of the micro-kernel's 7. */
    private static final int TILES = 35;
    /** Floats of a padded copy of input planes at most, about: 2 MiB. */
    private static final int SLAB = 512 * 1024;
    /** Floats of all parts' private weight gradients at most: 32 MiB. */
    private static final int PRIVATE = 8 * 1024 * 1024;
    private static final int PARTS = 32;
    private static final int BLOCK = PackedWeights.BLOCK;
    private static final int L = Lanes.COUNT;
    /** Where eight vectors lie that follow each other. */
    private static final int[] EIGHT = {0, L, 2 * L, 3 * L, 4 * L, 5 * L, 6 * L, 7 * L};

    private final CpuDevice device;
    private final int batch;
    private final int inputs;
    private final int outputs;
    private final Dims3 input;
    private final Dims3 output;
    private final Dims3 padding;
    /** Numbers of tiles along each axis. */
    private final Dims3 tiles;
    private final int paddedInputs;
    private final int blocks;
    /** Planes of tiles per task. */
    private final int planes;
    private final int tilesPerBlock;

    private Winograd(CpuDevice device, int batch, int inputs, int outputs, Dims3 input, Dims3 output, Dims3 padding) {
        this.device = device;
        this.batch = batch;
        this.inputs = inputs;
        this.outputs = outputs;
        this.input = input;
        this.output = output;
        this.padding = padding;
        this.tiles = new Dims3(Math.ceilDiv(output.d(), 2), Math.ceilDiv(output.h(), 2), Math.ceilDiv(output.w(), 2));
        this.paddedInputs = Math.ceilDiv(inputs, L) * L;
        this.blocks = Math.ceilDiv(outputs, BLOCK);
        int fitting = Math.max(1, (SLAB / slabPlane() - 2) / 2);
        this.planes = Math.ceilDiv(tiles.d(), Math.ceilDiv(tiles.d(), fitting));
        int all = planes * tiles.h() * tiles.w();
        this.tilesPerBlock = Math.ceilDiv(Math.ceilDiv(all, Math.ceilDiv(all, TILES)), 7) * 7;
    }

    /**
     * True if this algorithm is the faster one: 3×3×3 kernels without stride, dilation or groups, enough channels to
     * fill vectors and to make the products outweigh the transforms, and outputs that do not leave most of a tile
     * empty.
     */
    static boolean suits(Conv3dGeometry g) {
        return g.kernel().equals(Dims3.cube(3)) && g.stride().equals(Dims3.ONE) && g.dilation().equals(Dims3.ONE)
                && g.groups() == 1 && g.inputChannels() >= 16 && g.outputChannels() >= 16 && g.output().atLeast(4)
                && g.input().atLeast(4);
    }

    static Winograd forward(CpuDevice device, Conv3dGeometry g) {
        return new Winograd(device, g.batch(), g.inputChannels(), g.outputChannels(), g.input(), g.output(),
                g.padding());
    }

    static Winograd gradInput(CpuDevice device, Conv3dGeometry g) {
        Dims3 p = g.padding();
        return new Winograd(device, g.batch(), g.outputChannels(), g.inputChannels(), g.output(), g.input(),
                new Dims3(2 - p.d(), 2 - p.h(), 2 - p.w()));
    }

    /**
     * Convolves on all threads.
     *
     * @param weight row-major as the operation has it; for the input gradient {@code turned}
     * @param bias one number per output channel, or null
     */
    void run(float[] x, float[] weight, boolean turned, float[] bias, float[] y) {
        float[] u = WinogradWeights.transform(
                device, weight, turned ? inputs : outputs, turned ? outputs : inputs, turned, paddedInputs);
        float[] biases = device.borrow(blocks * BLOCK);
        Arrays.fill(biases, 0, blocks * BLOCK, 0);
        if (bias != null) {
            System.arraycopy(bias, 0, biases, 0, outputs);
        }
        int chunks = Math.ceilDiv(tiles.d(), planes);
        device.parallel(batch * chunks, task -> {
            int first = task % chunks * planes;
            Task work = new Task(task / chunks, first, Math.min(first + planes, tiles.d()), x);
            float[] products = device.borrow(64 * blocks * tilesPerBlock * BLOCK);
            for (int tile = 0; tile < work.count; tile += tilesPerBlock) {
                int count = Math.min(tilesPerBlock, work.count - tile);
                work.transformInputs(tile, count);
                multiply(work.transformed, u, products, count);
                work.storeOutputs(tile, count, products, biases, y);
            }
            device.giveBack(products);
            work.close();
        });
        device.giveBack(biases);
        device.giveBack(u);
    }

    /**
     * products[p, block, tile, :] = transformed[p, tile, :] · u[p, block, :, :], for up to 6 tiles more than counted.
     */
    private void multiply(float[] transformed, float[] u, float[] products, int count) {
        for (int p = 0; p < 64; p++) {
            for (int block = 0; block < blocks; block++) {
                int weights = (p * blocks + block) * paddedInputs * BLOCK;
                int from = p * tilesPerBlock * paddedInputs;
                int to = (p * blocks + block) * tilesPerBlock * BLOCK;
                for (int tile = 0; tile < count; tile += 7) {
                    CpuMicroKernels.products7(transformed, from + tile * paddedInputs, paddedInputs, u, weights,
                            paddedInputs,
                            products, to + tile * BLOCK);
                }
            }
        }
    }

    /**
     * The weight gradient, on all threads. This object is the forward convolution.
     *
     * @param dw row-major (O,C,3,3,3), overwritten
     */
    void gradWeight(float[] x, float[] dy, float[] dw) {
        int size = 64 * blocks * paddedInputs * BLOCK;
        int all = batch * tiles.d();
        int parts = Math.clamp(Math.min(PRIVATE / size, PARTS), 1, all);
        float[] sums = device.borrow(parts * size);
        device.parallel(parts, part -> {
            Arrays.fill(sums, part * size, (part + 1) * size, 0);
            int end = (int) ((long) all * (part + 1) / parts);
            int plane = (int) ((long) all * part / parts);
            while (plane < end) {
                int sample = plane / tiles.d();
                int first = plane % tiles.d();
                int count = Math.min(Math.min(planes, tiles.d() - first), end - plane);
                addPlanes(new Task(sample, first, first + count, x), dy, sums, part * size);
                plane += count;
            }
        });
        int chunk = size / 64;
        device.parallel(64, position -> {
            for (int part = 1; part < parts; part++) {
                for (int i = position * chunk; i < (position + 1) * chunk; i++) {
                    sums[i] += sums[part * size + i];
                }
            }
        });
        WinogradWeights.gradient(device, sums, outputs, inputs, paddedInputs, dw);
        device.giveBack(sums);
    }

    private void addPlanes(Task work, float[] dy, float[] sums, int sum0) {
        float[] gradients = device.borrow(64 * blocks * tilesPerBlock * BLOCK);
        for (int tile = 0; tile < work.count; tile += tilesPerBlock) {
            int count = Math.min(tilesPerBlock, work.count - tile);
            work.transformInputs(tile, count);
            work.transformGradients(tile, count, dy, gradients);
            addOuterProducts(work.transformed, gradients, count, sums, sum0);
        }
        device.giveBack(gradients);
        work.close();
    }

    /** sums[p, block, i, :] += Σ over tiles of transformed[p, tile, i] · gradients[p, block, tile, :]. */
    private void addOuterProducts(float[] transformed, float[] gradients, int count, float[] sums, int sum0) {
        for (int p = 0; p < 64; p++) {
            for (int block = 0; block < blocks; block++) {
                int a = p * tilesPerBlock * paddedInputs;
                int b = (p * blocks + block) * tilesPerBlock * BLOCK;
                int c = sum0 + (p * blocks + block) * paddedInputs * BLOCK;
                int i = 0;
                for (; i + 8 <= paddedInputs; i += 8) {
                    CpuMicroKernels.addOuter8(transformed, a + i, 0, paddedInputs, gradients, b, 0, BLOCK, 1, count,
                            sums, c + i * BLOCK);
                }
                for (; i < paddedInputs; i++) {
                    CpuMicroKernels.addOuter1(transformed, a + i, 0, paddedInputs, gradients, b, 0, BLOCK, 1, count,
                            sums, c + i * BLOCK);
                }
            }
        }
    }

    private int slabRow() {
        return (2 * tiles.w() + 2) * paddedInputs;
    }

    private int slabPlane() {
        return (2 * tiles.h() + 2) * slabRow();
    }

    /** Some planes of tiles of one sample: a padded copy of their inputs, and one block of transformed tiles. */
    private final class Task {
        private final int sample;
        private final int firstPlane;
        private final int count;
        private final float[] slab;
        private final float[] transformed;
        private final float[] scratch;
        private final float[] eight;
        private final int[] voxels = new int[8];

        Task(int sample, int firstPlane, int endPlane, float[] x) {
            this.sample = sample;
            this.firstPlane = firstPlane;
            this.count = (endPlane - firstPlane) * tiles.h() * tiles.w();
            this.slab = device.borrow((2 * (endPlane - firstPlane) + 2) * slabPlane());
            this.transformed = device.borrow(64 * tilesPerBlock * paddedInputs);
            this.scratch = device.borrow(CpuWinogradTransforms.SCRATCH);
            this.eight = device.borrow(8 * L);
            for (int plane = 0; plane < 2 * (endPlane - firstPlane) + 2; plane++) {
                for (int row = 0; row < 2 * tiles.h() + 2; row++) {
                    int z = 2 * firstPlane + plane - padding.d();
                    copyRow(x, z, row - padding.h(), plane * slabPlane() + row * slabRow());
                }
            }
        }

        void close() {
            device.giveBack(eight);
            device.giveBack(scratch);
            device.giveBack(transformed);
            device.giveBack(slab);
        }

        /** Copies input row (z, y) into the slab, with zeros where the volume ends. */
        private void copyRow(float[] x, int z, int y, int to) {
            int positions = 2 * tiles.w() + 2;
            int begin = Math.max(0, padding.w());
            int end = Math.min(positions, input.w() + padding.w());
            if (z < 0 || z >= input.d() || y < 0 || y >= input.h() || end <= begin) {
                Arrays.fill(slab, to, to + slabRow(), 0);
                return;
            }
            Arrays.fill(slab, to, to + begin * paddedInputs, 0);
            Arrays.fill(slab, to + end * paddedInputs, to + slabRow(), 0);
            int from = (((sample * input.d() + z) * input.h() + y) * input.w() + begin - padding.w()) * inputs;
            if (inputs == paddedInputs) {
                System.arraycopy(x, from, slab, to + begin * inputs, (end - begin) * inputs);
                return;
            }
            for (int position = begin; position < end; position++, from += inputs) {
                int target = to + position * paddedInputs;
                System.arraycopy(x, from, slab, target, inputs);
                Arrays.fill(slab, target + inputs, target + paddedInputs, 0);
            }
        }

        /** transformed[p, tile, :] for {@code count} tiles from {@code firstTile} on. */
        void transformInputs(int firstTile, int count) {
            for (int i = 0; i < count; i++) {
                int tile = firstTile + i;
                int from = tileD(tile) * 2 * slabPlane() + tileH(tile) * 2 * slabRow() + tileW(tile) * 2 * paddedInputs;
                CpuWinogradTransforms.input(slab, from, slabRow(), slabPlane(), paddedInputs, scratch,
                        transformed, i * paddedInputs, tilesPerBlock * paddedInputs);
            }
            // The micro-kernel takes seven tiles at a time: those too many must hold numbers, whichever.
            int full = Math.min(tilesPerBlock, Math.ceilDiv(count, 7) * 7);
            for (int p = 0; p < 64 && full > count; p++) {
                int from = p * tilesPerBlock * paddedInputs;
                Arrays.fill(transformed, from + count * paddedInputs, from + full * paddedInputs, 0);
            }
        }

        /** Transforms products back and writes the outputs that exist, plus bias (whole blocks of it). */
        void storeOutputs(int firstTile, int count, float[] products, float[] bias, float[] y) {
            int step = blocks * tilesPerBlock * BLOCK;
            for (int i = 0; i < count; i++) {
                boolean whole = locate(firstTile + i);
                for (int channel = 0; channel < outputs; channel += L) {
                    int from = (channel / BLOCK * tilesPerBlock + i) * BLOCK + channel % BLOCK;
                    if (whole && channel + L <= outputs) {
                        CpuWinogradTransforms.output(products, from, step, bias, channel, scratch, y, channel, voxels);
                        continue;
                    }
                    CpuWinogradTransforms.output(products, from, step, bias, channel, scratch, eight, 0, EIGHT);
                    for (int q = 0; q < 8; q++) {
                        if (voxels[q] >= 0) {
                            System.arraycopy(eight, q * L, y, voxels[q] + channel, Math.min(L, outputs - channel));
                        }
                    }
                }
            }
        }

        /** gradients[p, block, tile, :] for {@code count} tiles, zero where there is no output. */
        void transformGradients(int firstTile, int count, float[] dy, float[] gradients) {
            int step = blocks * tilesPerBlock * BLOCK;
            for (int i = 0; i < count; i++) {
                boolean whole = locate(firstTile + i);
                for (int channel = 0; channel < blocks * BLOCK; channel += L) {
                    int to = (channel / BLOCK * tilesPerBlock + i) * BLOCK + channel % BLOCK;
                    if (whole && channel + L <= outputs) {
                        CpuWinogradTransforms.outputGradient(dy, channel, voxels, scratch, gradients, to, step);
                        continue;
                    }
                    int channels = Math.clamp(outputs - channel, 0, L);
                    for (int q = 0; q < 8; q++) {
                        int filled = voxels[q] < 0 ? 0 : channels;
                        System.arraycopy(dy, filled == 0 ? 0 : voxels[q] + channel, eight, q * L, filled);
                        Arrays.fill(eight, q * L + filled, q * L + L, 0);
                    }
                    CpuWinogradTransforms.outputGradient(eight, 0, EIGHT, scratch, gradients, to, step);
                }
            }
        }

        /** Finds where the outputs of a tile begin, in {@link #voxels}, −1 where there is none; true if all exist. */
        private boolean locate(int tile) {
            boolean whole = true;
            for (int q = 0; q < 8; q++) {
                int z = 2 * (firstPlane + tileD(tile)) + q / 4;
                int y = 2 * tileH(tile) + q / 2 % 2;
                int x = 2 * tileW(tile) + q % 2;
                boolean exists = z < output.d() && y < output.h() && x < output.w();
                voxels[q] = exists ? (((sample * output.d() + z) * output.h() + y) * output.w() + x) * outputs : -1;
                whole &= exists;
            }
            return whole;
        }

        private int tileD(int tile) {
            return tile / (tiles.h() * tiles.w());
        }

        private int tileH(int tile) {
            return tile / tiles.w() % tiles.h();
        }

        private int tileW(int tile) {
            return tile % tiles.w();
        }
    }
}
