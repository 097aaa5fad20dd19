package dev.voxgrad.engine.op.conv3d.cpu.direct;

import java.util.Arrays;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;
import dev.voxgrad.engine.op.conv3d.cpu.MicroKernels;

/**
 * Computes the weight gradient of a convolution over channels-last activations: for every tap the sum, over all
 * positions, of the outer product of an input voxel and an output-gradient voxel.
 *
 * <p>The output planes of the batch are divided into parts, and the output channels of each group into blocks; a task
 * sums one part for one block into an array of its own, laid out [taps][input channels][block]. At the end the parts
 * are added up in their order. The number of parts depends on the shapes alone, so the result does not depend on the
 * number of threads.
 *
 * @param gradientVoxel floats of a voxel of the output gradient, whose channels may be those of several convolutions
 * @param firstChannel where the channels of this convolution start in such a voxel
 */
public record DirectWeightGradient(CpuDevice device, Conv3dGeometry g, int gradientVoxel, int firstChannel) {
    /** Maximum of floats in all parts' private sums: 32 MiB. */
    private static final int PRIVATE = 8 * 1024 * 1024;
    /** Desired number of tasks, so that many threads find work. */
    private static final int TASKS = 32;
    /**
     * Approximate number of positions per micro-kernel call, whose input and gradient rows stay in the first-level
     * cache.
     */
    private static final int POSITIONS = 84;

    private static final int BLOCK = PackedWeights.BLOCK;

    /** Creates the computation for an output gradient of this convolution alone. */
    public DirectWeightGradient(CpuDevice device, Conv3dGeometry g) {
        this(device, g, g.outputChannels(), 0);
    }

    /**
     * Runs on all threads, and overwrites {@code dw}, which is row-major (O,C/groups,KD,KH,KW), or adds to it. The
     * first output channel is the one at {@link #firstChannel}, in {@code dw} too.
     */
    void run(float[] x, float[] dy, float[] dw, boolean add) {
        int blocks = Math.ceilDiv(g.groupOutputs(), BLOCK) * g.groups();
        int blockFloats = g.kernel().product() * g.groupInputs() * BLOCK;
        int planes = g.batch() * g.output().d();
        int parts =
                Math.clamp(Math.min(PRIVATE / ((long) blocks * blockFloats), Math.ceilDiv(TASKS, blocks)), 1, planes);
        float[] sums = device.borrow(parts * blocks * blockFloats);
        device.parallel(parts * blocks, task -> {
            int part = task / blocks;
            int from = (int) ((long) planes * part / parts);
            int end = (int) ((long) planes * (part + 1) / parts);
            sumPart(x, dy, task % blocks, from, end, sums, task * blockFloats);
        });
        device.parallel(blocks, block -> reduce(sums, parts, blocks, block, dw, add));
        device.giveBack(sums);
    }

    /**
     * Returns the floating-point operations of {@link #run}, including the ones for padded channels, but without the
     * ones that add up the parts.
     */
    public static long flop(Conv3dGeometry g) {
        long taps = taps(
                g.kernel().d(),
                g.dilation().d(),
                g.padding().d(),
                g.stride().d(),
                g.input().d(),
                g.output().d());
        taps *= taps(
                g.kernel().h(),
                g.dilation().h(),
                g.padding().h(),
                g.stride().h(),
                g.input().h(),
                g.output().h());
        taps *= taps(
                g.kernel().w(),
                g.dilation().w(),
                g.padding().w(),
                g.stride().w(),
                g.input().w(),
                g.output().w());
        return 2 * g.batch() * taps * g.groups() * g.groupInputs() * Math.ceilDiv(g.groupOutputs(), BLOCK) * BLOCK;
    }

    /** Returns how many pairs of tap and output index meet an input voxel along one axis. */
    private static long taps(int kernel, int dilation, int padding, int stride, int input, int output) {
        long pairs = 0;
        for (int k = 0; k < kernel; k++) {
            int shift = k * dilation - padding;
            pairs += Math.max(0, Math.min(output, end(shift, stride, input)) - Math.max(0, first(shift, stride)));
        }
        return pairs;
    }

    @SuppressWarnings("NullAway") // scratch is not null if copy is true
    private void sumPart(float[] x, float[] dy, int block, int from, int end, float[] sums, int sum0) {
        Arrays.fill(sums, sum0, sum0 + g.kernel().product() * g.groupInputs() * BLOCK, 0);
        Dims3 out = g.output();
        int blocksPerGroup = Math.ceilDiv(g.groupOutputs(), BLOCK);
        int group = block / blocksPerGroup;
        int firstOutput = firstChannel + group * g.groupOutputs() + block % blocksPerGroup * BLOCK;
        int channels = Math.min(BLOCK, g.groupOutputs() - block % blocksPerGroup * BLOCK);
        // A block that is not full is copied first and padded with zeros, so that the kernel can read whole vectors.
        boolean copy = channels < BLOCK;
        int rows = Math.max(1, POSITIONS / out.w());
        float[] scratch = copy ? device.borrow(rows * out.w() * BLOCK) : null;
        for (int plane = from; plane < end; plane++) {
            for (int y = 0; y < out.h(); y += rows) {
                int count = Math.min(rows, out.h() - y);
                int voxel = (plane * out.h() + y) * out.w();
                if (copy) {
                    copyBlock(dy, voxel * gradientVoxel + firstOutput, channels, count * out.w(), scratch);
                    addRows(x, group, plane, y, count, scratch, 0, BLOCK, sums, sum0);
                } else {
                    addRows(
                            x,
                            group,
                            plane,
                            y,
                            count,
                            dy,
                            voxel * gradientVoxel + firstOutput,
                            gradientVoxel,
                            sums,
                            sum0);
                }
            }
        }
        if (copy) {
            device.giveBack(scratch);
        }
    }

    private void copyBlock(float[] dy, int from, int channels, int voxels, float[] to) {
        for (int v = 0; v < voxels; v++) {
            System.arraycopy(dy, from + v * gradientVoxel, to, v * BLOCK, channels);
            Arrays.fill(to, v * BLOCK + channels, v * BLOCK + BLOCK, 0);
        }
    }

    /** Adds the products of all taps with rows y … y+count−1 of one output plane; {@code b0} is the start of row y. */
    private void addRows(
            float[] x, int group, int plane, int y, int count, float[] b, int b0, int bStep, float[] sums, int sum0) {
        Dims3 k = g.kernel();
        Dims3 in = g.input();
        Dims3 out = g.output();
        int sample = plane / out.d();
        int tapFloats = g.groupInputs() * BLOCK;
        for (int kd = 0; kd < k.d(); kd++) {
            int id = plane % out.d() * g.stride().d()
                    - g.padding().d()
                    + kd * g.dilation().d();
            if (id < 0 || id >= in.d()) {
                continue;
            }
            for (int kh = 0; kh < k.h(); kh++) {
                int shiftH = kh * g.dilation().h() - g.padding().h();
                int h0 = Math.max(y, first(shiftH, g.stride().h()));
                int h1 = Math.min(y + count, end(shiftH, g.stride().h(), in.h()));
                for (int kw = 0; kw < k.w() && h1 > h0; kw++) {
                    int shiftW = kw * g.dilation().w() - g.padding().w();
                    int w0 = Math.max(0, first(shiftW, g.stride().w()));
                    int w1 = Math.min(out.w(), end(shiftW, g.stride().w(), in.w()));
                    if (w1 > w0) {
                        int row = (sample * in.d() + id) * in.h()
                                + h0 * g.stride().h()
                                + shiftH;
                        int a0 = (row * in.w() + w0 * g.stride().w() + shiftW) * g.inputChannels()
                                + group * g.groupInputs();
                        int tap = (kd * k.h() + kh) * k.w() + kw;
                        addTap(
                                x,
                                a0,
                                b,
                                b0 + ((h0 - y) * out.w() + w0) * bStep,
                                bStep,
                                h1 - h0,
                                w1 - w0,
                                sums,
                                sum0 + tap * tapFloats);
                    }
                }
            }
        }
    }

    /** The first output index whose input index {@code z·stride + shift} is not negative. */
    private static int first(int shift, int stride) {
        return Math.ceilDiv(-shift, stride);
    }

    /** One more than the last output index whose input index is below {@code size}. */
    private static int end(int shift, int stride, int size) {
        return Math.floorDiv(size - 1 - shift, stride) + 1;
    }

    private void addTap(
            float[] x, int a0, float[] b, int b0, int bStep, int rows, int positions, float[] sums, int c0) {
        int aRow = g.stride().h() * g.input().w() * g.inputChannels();
        int aStep = g.stride().w() * g.inputChannels();
        int bRow = g.output().w() * bStep;
        int channels = g.groupInputs();
        int i = 0;
        for (; i + 8 <= channels; i += 8) {
            MicroKernels.addOuter8(x, a0 + i, aRow, aStep, b, b0, bRow, bStep, rows, positions, sums, c0 + i * BLOCK);
        }
        for (; i + 4 <= channels; i += 4) {
            MicroKernels.addOuter4(x, a0 + i, aRow, aStep, b, b0, bRow, bStep, rows, positions, sums, c0 + i * BLOCK);
        }
        for (; i < channels; i++) {
            MicroKernels.addOuter1(x, a0 + i, aRow, aStep, b, b0, bRow, bStep, rows, positions, sums, c0 + i * BLOCK);
        }
    }

    /**
     * Adds up the parts of one block in order, and writes or adds the result to its places in the row-major weight
     * gradient.
     */
    private void reduce(float[] sums, int parts, int blocks, int block, float[] dw, boolean add) {
        int taps = g.kernel().product();
        int blockFloats = taps * g.groupInputs() * BLOCK;
        for (int part = 1; part < parts; part++) {
            int other = (part * blocks + block) * blockFloats;
            for (int i = 0; i < blockFloats; i++) {
                sums[block * blockFloats + i] += sums[other + i];
            }
        }
        int blocksPerGroup = Math.ceilDiv(g.groupOutputs(), BLOCK);
        int firstOutput = firstChannel + block / blocksPerGroup * g.groupOutputs() + block % blocksPerGroup * BLOCK;
        int channels = Math.min(BLOCK, g.groupOutputs() - block % blocksPerGroup * BLOCK);
        for (int o = 0; o < channels; o++) {
            for (int c = 0; c < g.groupInputs(); c++) {
                for (int tap = 0; tap < taps; tap++) {
                    int to = ((firstOutput + o) * g.groupInputs() + c) * taps + tap;
                    float sum = sums[block * blockFloats + (tap * g.groupInputs() + c) * BLOCK + o];
                    dw[to] = add ? dw[to] + sum : sum;
                }
            }
        }
    }
}
