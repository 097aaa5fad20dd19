package dev.voxgrad.engine.op.conv3d.cpu.few;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.cpu.Lanes;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;
import dev.voxgrad.engine.op.conv3d.cpu.InputGradientWriter;
import dev.voxgrad.engine.op.conv3d.cpu.PlaneLayout;
import dev.voxgrad.engine.op.conv3d.cpu.PlaneReader;
import dev.voxgrad.engine.op.conv3d.cpu.PlaneWriter;
import dev.voxgrad.engine.op.conv3d.cpu.TiledConv3d;
import dev.voxgrad.engine.op.conv3d.cpu.VoxelReader;
import dev.voxgrad.engine.op.conv3d.cpu.direct.DirectConvolution;
import dev.voxgrad.engine.op.conv3d.cpu.direct.GatherKernels;
import dev.voxgrad.engine.op.conv3d.cpu.direct.PackedWeights;
import dev.voxgrad.engine.op.conv3d.cpu.direct.TiledDirectConv3d;
import dev.voxgrad.engine.trace.Pass;

/**
 * {@link TiledConv3d} by direct convolution over few input channels, as in the first layer of a net: a volume has one
 * channel, and a vector of input channels would use a single lane.
 *
 * <p>An output voxel is a sum of C·kd·kh·kw products, 27 for one channel. Their inputs are at the same distances from
 * one another for every voxel, so the micro-kernels ({@link GatherKernels}) take a list of offsets and run over all of
 * them with the sums in registers: vectors of output channels for seven voxels, or of the gradients of seven weights.
 */
public final class TiledFewChannelsConv3d implements TiledConv3d {
    /** Longest run of neighbouring inputs of a voxel (kw·C); {@link DirectConvolution} is better for longer ones. */
    private static final int RUN = 15;
    /** Maximum number of products of one output. */
    private static final int PRODUCTS = 256;
    /** Minimum number of tasks, if there are enough planes. */
    private static final int TASKS = 64;

    private static final int PARTS = 32;
    private static final int BLOCK = PackedWeights.BLOCK;
    private static final int STEP = GatherKernels.STEP;

    private final CpuDevice device;
    private final Conv3dGeometry g;
    private final PlaneLayout layout;
    private final int blocks;
    /** Floats of a padded row and plane of input. */
    private final int slabRow;

    private final int slabPlane;
    /**
     * Distances of a voxel's inputs from its first, padded with zeros to a multiple of the micro-kernel's
     * {@value #STEP}.
     */
    private final int[] offsets;

    private final int products;
    /** Number of pairs of output planes in a sample. */
    private final int pairs;

    private final int chunks;
    private final int parts;

    /** Creates the convolution for sizes that it {@linkplain #suits suits}. */
    public TiledFewChannelsConv3d(CpuDevice device, Conv3dGeometry g) {
        Dims3 out = g.output();
        Dims3 k = g.kernel();
        int channels = g.inputChannels();
        this.device = device;
        this.g = g;
        this.blocks = Math.ceilDiv(g.outputChannels(), BLOCK);
        int positions = Math.ceilDiv(out.w(), STEP) * STEP;
        int voxel = blocks * BLOCK;
        this.layout = new PlaneLayout(g.outputChannels(), out, voxel, positions * voxel, out.h() * positions * voxel);
        this.slabRow = (positions + k.w() - 1) * channels;
        this.slabPlane = (out.h() + k.h() - 1) * slabRow;
        this.products = k.product() * channels;
        this.offsets = new int[Math.ceilDiv(products, STEP) * STEP];
        for (int i = 0; i < products; i++) {
            int tap = i / channels;
            offsets[i] = tap / (k.h() * k.w()) * slabPlane
                    + tap / k.w() % k.h() * slabRow
                    + tap % k.w() * channels
                    + i % channels;
        }
        this.pairs = Math.ceilDiv(out.d(), 2);
        this.chunks = Math.min(pairs, Math.ceilDiv(TASKS, g.batch()));
        this.parts = Math.min(PARTS, g.batch() * pairs);
    }

    /** Returns whether this algorithm can compute a convolution of these sizes and is the faster direct one. */
    public static boolean suits(Conv3dGeometry g) {
        return g.stride().equals(Dims3.ONE)
                && g.dilation().equals(Dims3.ONE)
                && g.groups() == 1
                && g.kernel().w() * g.inputChannels() <= RUN
                && g.kernel().product() * g.inputChannels() <= PRODUCTS;
    }

    @Override
    public Conv3dGeometry geometry() {
        return g;
    }

    @Override
    public int inputVoxel() {
        return g.inputChannels();
    }

    @Override
    public PlaneLayout outputLayout() {
        return layout;
    }

    @Override
    public int forwardTasks() {
        return g.batch() * chunks;
    }

    @Override
    public int backwardTasks() {
        return new TiledDirectConv3d(device, g).backwardTasks();
    }

    @Override
    public void forward(
            VoxelReader x, float[] weight, float @Nullable [] factors, float @Nullable [] bias, PlaneWriter y) {
        float[] w = pack(weight, factors);
        float[] biases = device.borrow(blocks * BLOCK);
        Arrays.fill(biases, 0);
        if (bias != null) {
            System.arraycopy(bias, 0, biases, 0, g.outputChannels());
        }
        device.parallel(forwardTasks(), task -> {
            int sample = task / chunks;
            int start = pairs * (task % chunks) / chunks;
            int end = pairs * (task % chunks + 1) / chunks;
            float[] slab = device.borrow((1L + g.kernel().d()) * slabPlane);
            float[] planes = device.borrow(Lanes.ALIGNED_START + 2L * layout.plane());
            for (int pair = start; pair < end; pair++) {
                int count = Math.min(2, g.output().d() - 2 * pair);
                load(x, sample, 2 * pair, count, slab);
                for (int row = 0; row < count * g.output().h(); row++) {
                    int from =
                            row / g.output().h() * slabPlane + row % g.output().h() * slabRow;
                    multiplyRow(slab, from, w, biases, planes, Lanes.ALIGNED_START + row * layout.row());
                }
                y.write(task, sample, 2 * pair, count, planes, Lanes.ALIGNED_START);
            }
            device.giveBack(planes);
            device.giveBack(slab);
        });
        device.giveBack(biases);
        device.giveBack(w);
    }

    private void multiplyRow(float[] slab, int from, float[] w, float[] biases, float[] planes, int to) {
        int step = g.inputChannels();
        for (int block = 0; block < blocks; block++) {
            for (int position = 0; position < g.output().w(); position += STEP) {
                GatherKernels.products7(
                        slab,
                        from + position * step,
                        step,
                        offsets,
                        products,
                        w,
                        Lanes.ALIGNED_START + block * products * BLOCK,
                        biases,
                        block * BLOCK,
                        planes,
                        to + position * layout.voxel() + block * BLOCK,
                        layout.voxel());
            }
        }
    }

    /** Returns the weights as [block][product][2 vectors of output channels]. */
    private float[] pack(float[] weight, float @Nullable [] factors) {
        int taps = g.kernel().product();
        float[] w = device.borrow(Lanes.ALIGNED_START + blocks * products * BLOCK);
        Arrays.fill(w, 0);
        for (int o = 0; o < g.outputChannels(); o++) {
            for (int i = 0; i < products; i++) {
                int tap = i / g.inputChannels();
                int channel = i % g.inputChannels();
                float value = weight[(o * g.inputChannels() + channel) * taps + tap];
                w[Lanes.ALIGNED_START + (o / BLOCK * products + i) * BLOCK + o % BLOCK] =
                        factors == null ? value : factors[o] * value;
            }
        }
        return w;
    }

    /**
     * Returns the floating-point operations of the forward pass or the weight gradient, including those for padding.
     */
    public long flop(Pass pass) {
        long rows = (long) g.batch() * g.output().d() * g.output().h();
        return pass == Pass.FORWARD
                ? 2 * rows * layout.row() * products
                : 2 * rows * g.output().w() * layout.voxel() * offsets.length;
    }

    /** Loads the input under output planes first … first+count−1, with zeros around it. */
    private void load(VoxelReader x, int sample, int first, int count, float[] slab) {
        Dims3 in = g.input();
        Dims3 pad = g.padding();
        int channels = g.inputChannels();
        int width = Math.min(in.w(), slabRow / channels - pad.w());
        Arrays.fill(slab, 0);
        for (int plane = 0; plane < count + g.kernel().d() - 1; plane++) {
            int z = first + plane - pad.d();
            for (int row = 0; row < slabPlane / slabRow && z >= 0 && z < in.d(); row++) {
                int h = row - pad.h();
                if (h >= 0 && h < in.h()) {
                    x.read(
                            ((sample * in.d() + z) * in.h() + h) * in.w(),
                            width,
                            slab,
                            plane * slabPlane + row * slabRow + pad.w() * channels);
                }
            }
        }
    }

    /**
     * Computes the weight gradient; if an input gradient is required as well, {@link TiledDirectConv3d} computes both.
     */
    @Override
    public void backward(
            VoxelReader x, PlaneReader dy, float @Nullable [] weight, float[] dw, @Nullable InputGradientWriter dx) {
        if (dx != null) {
            TiledDirectConv3d direct = new TiledDirectConv3d(device, g);
            direct.backward(
                    x,
                    (sample, first, count, planes, at) -> readCompact(dy, sample, first, count, planes, at),
                    weight,
                    dw,
                    dx);
            return;
        }
        int size = blocks * offsets.length * BLOCK;
        int units = g.batch() * pairs;
        float[] sums = device.borrow(Lanes.ALIGNED_START + parts * size);
        device.parallel(parts, part -> {
            Arrays.fill(sums, Lanes.ALIGNED_START + part * size, Lanes.ALIGNED_START + (part + 1) * size, 0);
            float[] slab = device.borrow((1L + g.kernel().d()) * slabPlane);
            float[] planes = device.borrow(Lanes.ALIGNED_START + 2L * layout.plane());
            for (int unit = units * part / parts; unit < units * (part + 1) / parts; unit++) {
                int first = 2 * (unit % pairs);
                int count = Math.min(2, g.output().d() - first);
                load(x, unit / pairs, first, count, slab);
                dy.read(unit / pairs, first, count, planes, Lanes.ALIGNED_START);
                for (int plane = 0; plane < count; plane++) {
                    addPlane(
                            slab,
                            plane * slabPlane,
                            planes,
                            Lanes.ALIGNED_START + plane * layout.plane(),
                            sums,
                            Lanes.ALIGNED_START + part * size);
                }
            }
            device.giveBack(planes);
            device.giveBack(slab);
        });
        reduce(sums, size, dw);
        device.giveBack(sums);
    }

    /** Adds the products of one plane of output gradients with their inputs. */
    private void addPlane(float[] slab, int slab0, float[] planes, int plane0, float[] sums, int sums0) {
        for (int block = 0; block < blocks; block++) {
            for (int i = 0; i < offsets.length; i += STEP) {
                GatherKernels.addOuter7(
                        slab,
                        slab0,
                        slabRow,
                        g.inputChannels(),
                        offsets,
                        i,
                        planes,
                        plane0 + block * BLOCK,
                        layout.row(),
                        layout.voxel(),
                        g.output().h(),
                        g.output().w(),
                        sums,
                        sums0 + (block * offsets.length + i) * BLOCK);
            }
        }
    }

    /** Adds up the parts in their order. */
    private void reduce(float[] sums, int size, float[] dw) {
        int taps = g.kernel().product();
        for (int o = 0; o < g.outputChannels(); o++) {
            for (int i = 0; i < products; i++) {
                double sum = 0;
                for (int part = 0; part < parts; part++) {
                    sum += sums[
                            Lanes.ALIGNED_START + part * size + (o / BLOCK * offsets.length + i) * BLOCK + o % BLOCK];
                }
                dw[(o * g.inputChannels() + i % g.inputChannels()) * taps + i / g.inputChannels()] = (float) sum;
            }
        }
    }

    /** Reads planes in this convolution's layout and writes them without padding. */
    private void readCompact(PlaneReader dy, int sample, int first, int count, float[] planes, int at) {
        float[] padded = device.borrow(2L * layout.plane());
        int row = layout.size().w() * layout.channels();
        for (int plane = 0; plane < count; plane += 2) {
            int pair = Math.min(2, count - plane);
            dy.read(sample, first + plane, pair, padded, 0);
            for (int i = 0; i < pair * layout.size().h(); i++) {
                for (int v = 0; v < layout.size().w(); v++) {
                    System.arraycopy(
                            padded,
                            i * layout.row() + v * layout.voxel(),
                            planes,
                            at + (plane * layout.size().h() + i) * row + v * layout.channels(),
                            layout.channels());
                }
            }
        }
        device.giveBack(padded);
    }
}
