package dev.voxgrad.engine.op.conv3d.cpu.pointwise;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;
import dev.voxgrad.engine.op.conv3d.cpu.InputGradientWriter;
import dev.voxgrad.engine.op.conv3d.cpu.PlaneLayout;
import dev.voxgrad.engine.op.conv3d.cpu.PlaneReader;
import dev.voxgrad.engine.op.conv3d.cpu.PlaneWriter;
import dev.voxgrad.engine.op.conv3d.cpu.TiledConv3d;
import dev.voxgrad.engine.op.conv3d.cpu.VoxelReader;
import dev.voxgrad.engine.op.conv3d.cpu.VoxelWriter;
import dev.voxgrad.engine.trace.Pass;

/**
 * {@link TiledConv3d} with 1×1×1 kernels, which is a product of matrices: the rows are the voxels of the whole batch,
 * so that no position is wasted at the ends of short rows, and no volume is padded.
 *
 * <pre>
 * y  = x·Wᵀ      (voxels × C)·(C × O)
 * dx = dy·W      (voxels × O)·(O × C)       zero between the voxels that a stride picks
 * dW = dyᵀ·x     (O × voxels)·(voxels × C)
 * </pre>
 *
 * <p>Runs of some ten to hundred voxels are read, multiplied and handed over while they are in cache; a run's length
 * follows from the number of channels. For a max pool that comes next, runs are pairs of planes.
 */
public final class TiledPointwiseConv3d implements TiledConv3d {
    /** Floats of scratch memory for a run: 256 KiB, a part of the second-level cache. */
    private static final int RUN = 64 * 1024;
    /** Maximum number of voxels in a run of the forward pass. */
    private static final int FORWARD = 98;
    /** The same with gradients: each weight sum is loaded and stored once for a run. */
    private static final int BACKWARD = 252;

    /** Maximum of floats in a slab of the backward pass: 16 MiB. */
    private static final int SLAB = 4 * 1024 * 1024;

    private final CpuDevice device;
    private final Conv3dGeometry g;
    private final PlaneLayout layout;
    private final int slab;
    private final int inputVoxel;
    private final StridedVoxels strided;
    private final VoxelRuns forwardRuns;
    private final VoxelRuns backwardRuns;
    private final VoxelRuns planePairs;

    /** Creates the convolution for sizes that it {@linkplain #suits suits}. */
    public TiledPointwiseConv3d(CpuDevice device, Conv3dGeometry g) {
        this(device, g, SLAB);
    }

    /** Creates the convolution with slabs of that many floats, for tests. */
    TiledPointwiseConv3d(CpuDevice device, Conv3dGeometry g, int slab) {
        Dims3 out = g.output();
        this.device = device;
        this.g = g;
        this.slab = slab;
        this.inputVoxel = PointwiseWeightSums.padded(g.inputChannels());
        int voxel = PointwiseWeightSums.padded(g.outputChannels());
        this.layout = new PlaneLayout(g.outputChannels(), out, voxel, out.w() * voxel, out.h() * out.w() * voxel);
        this.strided = new StridedVoxels(device, g, inputVoxel);
        this.forwardRuns = VoxelRuns.even(g, PointwiseKernels.ROWS, inputVoxel + voxel, RUN, FORWARD);
        int multiple = strided.all() ? PointwiseKernels.ROWS : out.w();
        this.backwardRuns = VoxelRuns.even(g, multiple, 2 * inputVoxel + voxel, 2 * RUN, BACKWARD);
        this.planePairs = VoxelRuns.planePairs(g);
    }

    /** Returns whether this algorithm can compute a convolution of these sizes. */
    public static boolean suits(Conv3dGeometry g) {
        return g.kernel().equals(Dims3.ONE) && g.padding().equals(Dims3.ZERO) && g.groups() == 1;
    }

    @Override
    public Conv3dGeometry geometry() {
        return g;
    }

    @Override
    public int inputVoxel() {
        return inputVoxel;
    }

    @Override
    public PlaneLayout outputLayout() {
        return layout;
    }

    /** Returns the maximum of floats in a slab. */
    int slab() {
        return slab;
    }

    @Override
    public int forwardTasks() {
        return Math.max(forwardRuns.tasks(), planePairs.tasks());
    }

    @Override
    public int backwardTasks() {
        return Math.max(PointwiseBackward.tasks(g, backwardRuns), PointwiseBackward.tasks(g, planePairs));
    }

    /** Returns the floating-point operations of a pass, including those for padded channels. */
    public long flop(Pass pass) {
        long voxels = (long) g.batch() * g.output().product();
        long sevens = Math.ceilDiv(voxels, PointwiseKernels.ROWS) * PointwiseKernels.ROWS;
        return switch (pass) {
            case FORWARD -> 2 * sevens * g.inputChannels() * PointwiseProduct.padded(g.outputChannels());
            case GRAD_INPUT -> 2 * sevens * g.outputChannels() * PointwiseProduct.padded(g.inputChannels());
            case GRAD_WEIGHT -> 2 * voxels * PointwiseWeightSums.size(g);
            default -> throw new IllegalArgumentException("conv3d: no kernel for " + pass);
        };
    }

    // --------------------------------------------------------------------------------------------------- forward

    @Override
    public void forward(
            VoxelReader x, float[] weight, float @Nullable [] factors, float @Nullable [] bias, PlaneWriter y) {
        forward(x, weight, factors, bias, planePairs, (task, first, count, values, from, _) -> {
            int plane = first / (g.output().h() * g.output().w());
            int planes = count / (g.output().h() * g.output().w());
            y.write(task, plane / g.output().d(), plane % g.output().d(), planes, values, from);
        });
    }

    @Override
    @SuppressWarnings("overloads") // writers are variables, whose types say which form is meant
    public void forward(
            VoxelReader x, float[] weight, float @Nullable [] factors, float @Nullable [] bias, VoxelWriter y) {
        forward(x, weight, factors, bias, forwardRuns, y);
    }

    private void forward(
            VoxelReader x,
            float[] weight,
            float @Nullable [] factors,
            float @Nullable [] bias,
            VoxelRuns runs,
            VoxelWriter y) {
        int tasks = runs.tasks();
        try (PointwiseProduct product = PointwiseProduct.forward(device, g, weight, factors, bias)) {
            device.parallel(tasks, task -> {
                float[] scratch = product.borrowScratch(runs.longest(), layout.voxel());
                try (VoxelSource source = new VoxelSource(device, strided.gather(x), inputVoxel, runs.longest())) {
                    for (int run = runs.firstOf(task, tasks); run < runs.firstOf(task + 1, tasks); run++) {
                        int first = runs.first(run);
                        int count = runs.length(run);
                        source.moveTo(first);
                        source.read(first, count);
                        product.multiply(source, task, first, count, scratch, layout.voxel(), y);
                    }
                }
                device.giveBack(scratch);
            });
        }
    }

    // -------------------------------------------------------------------------------------------------- backward

    @Override
    public void backward(
            VoxelReader x, PlaneReader dy, float @Nullable [] weight, float[] dw, @Nullable InputGradientWriter dx) {
        int plane = g.output().h() * g.output().w();
        VoxelReader gradients = (first, count, to, at) -> dy.read(
                first / plane / g.output().d(), first / plane % g.output().d(), count / plane, to, at);
        backward(x, gradients, weight, dw, dx == null ? null : strided.scatterPlanes(dx), planePairs);
    }

    @Override
    public void backward(
            VoxelReader x, VoxelReader dy, float @Nullable [] weight, float[] dw, @Nullable VoxelWriter dx) {
        backward(x, dy, weight, dw, dx == null ? null : strided.scatter(dx), backwardRuns);
    }

    private void backward(
            VoxelReader x,
            VoxelReader dy,
            float @Nullable [] weight,
            float[] dw,
            @Nullable VoxelWriter dx,
            VoxelRuns runs) {
        VoxelReader inputs = strided.gather(x);
        if (dx == null) {
            new PointwiseBackward(device, this, runs, dy, null, null).run(inputs, dw);
            return;
        }
        try (PointwiseProduct product = PointwiseProduct.gradInput(device, g, Objects.requireNonNull(weight))) {
            new PointwiseBackward(device, this, runs, dy, product, dx).run(inputs, dw);
        }
    }

    /** Computes the input gradient only; the parameters are those of {@link #backward}. */
    public void gradInput(VoxelReader dy, float[] weight, VoxelWriter dx) {
        try (PointwiseProduct product = PointwiseProduct.gradInput(device, g, weight)) {
            new PointwiseBackward(device, this, backwardRuns, dy, product, strided.scatter(dx)).gradInput();
        }
    }
}
