package dev.voxgrad.engine.op.conv3d.cpu.planar;

import java.util.Arrays;
import java.util.Objects;
import java.util.function.IntConsumer;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.cpu.Lanes;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;
import dev.voxgrad.engine.op.conv3d.cpu.InputGradientWriter;
import dev.voxgrad.engine.op.conv3d.cpu.PlaneLayout;
import dev.voxgrad.engine.op.conv3d.cpu.PlaneReader;
import dev.voxgrad.engine.op.conv3d.cpu.PlaneWriter;
import dev.voxgrad.engine.op.conv3d.cpu.TiledConv3d;
import dev.voxgrad.engine.op.conv3d.cpu.VoxelReader;

/**
 * {@link TiledConv3d} by {@link Planar} tiles. The work is divided into groups of units by shape alone. Where weights
 * are few, a thread processes a group, with a sum of weight gradients for each part of the groups; where they are many,
 * all threads process one group after the other, each thread for other tiles, then for other positions.
 */
public final class TiledPlanarConv3d implements TiledConv3d {
    /** Maximum of floats in all parts' own gradients of transformed weights: 128 MiB. */
    private static final int PRIVATE = 32 * 1024 * 1024;

    private static final int PARTS = 32;
    /** Tiles in a block that one thread processes: transformed, they fit in the second-level cache. */
    private static final int TILES = 28;

    private static final int CHUNK = PlanarConvolution.CHUNK;
    private static final int START = Lanes.ALIGNED_START;

    private final CpuDevice device;
    private final Planar p;
    private final PlanarSlabs slabs;
    private final PlanarWeightGradient weightGradient;
    private final int tilesPerBlock;
    private final int groups;
    private final int parts;

    /** Creates the convolution for sizes for which it {@linkplain Planar#isPossible is possible}. */
    public TiledPlanarConv3d(CpuDevice device, Conv3dGeometry g) {
        this.device = device;
        this.p = new Planar(g);
        this.slabs = new PlanarSlabs(p);
        this.groups = Math.ceilDiv(p.units(), p.unitsPerGroup());
        this.tilesPerBlock = p.sharesTiles() ? Integer.MAX_VALUE / 2 : TILES;
        this.weightGradient = new PlanarWeightGradient(device, p, p.sharesTiles() ? Integer.MAX_VALUE / 2 : 2 * TILES);
        this.parts = p.sharesTiles() ? 1 : Math.clamp(Math.min(PRIVATE / weightGradient.size(), PARTS), 1, groups);
    }

    @Override
    public Conv3dGeometry geometry() {
        return p.g;
    }

    @Override
    public int inputVoxel() {
        return p.inner.voxel();
    }

    @Override
    public PlaneLayout outputLayout() {
        return p.outputLayout();
    }

    @Override
    public int forwardTasks() {
        return p.units();
    }

    @Override
    public int backwardTasks() {
        return p.units();
    }

    /** Returns the number of tiles that are multiplied in the forward pass: in each block, a multiple of seven. */
    long multipliedTiles(TilePass pass) {
        long sum = 0;
        for (int group = 0; group < groups; group++) {
            int tiles = pass.tiles(firstUnit(group), firstUnit(group + 1) - firstUnit(group));
            int block = Math.ceilDiv(Math.min(tilesPerBlock, tiles), CHUNK) * CHUNK;
            sum += tiles / block * block + Math.ceilDiv(tiles % block, CHUNK) * CHUNK;
        }
        return sum;
    }

    private int firstUnit(int group) {
        return (int) ((long) p.units() * group / groups);
    }

    /** Runs tasks on all threads, or, if all threads process the same tiles, one after the other. */
    private void forEach(int tasks, IntConsumer task) {
        if (!p.sharesTiles()) {
            device.parallel(tasks, task);
            return;
        }
        for (int i = 0; i < tasks; i++) {
            task.accept(i);
        }
    }

    private float[] borrowSlabs(SlabLayout layout) {
        return device.borrow(START + (long) Math.ceilDiv(p.units(), groups) * layout.size());
    }

    @Override
    public void forward(
            VoxelReader x, float[] weight, float @Nullable [] factors, float @Nullable [] bias, PlaneWriter y) {
        float[] u = PlanarWeights.transform(device, p, p.forward, weight, factors);
        float[] biases = zeros(p.outer.voxel());
        if (bias != null) {
            System.arraycopy(bias, 0, biases, 0, p.g.outputChannels());
        }
        PlanarConvolution convolution = new PlanarConvolution(device, p.forward, tilesPerBlock);
        forEach(groups, group -> {
            int first = firstUnit(group);
            int units = firstUnit(group + 1) - first;
            float[] inputs = borrowSlabs(p.inner);
            float[] outputs = borrowSlabs(p.outer);
            device.parallel(units, i -> slabs.loadInput(x, first + i, inputs, START + i * p.inner.size()));
            convolution.run(first, units, inputs, u, biases, outputs);
            device.parallel(units, i -> {
                int slab = (first + i) % p.forward.slabs();
                int sample = (first + i) / p.forward.slabs();
                y.write(
                        first + i,
                        sample,
                        p.forward.firstPlane(slab),
                        p.forward.planes(slab),
                        outputs,
                        START + i * p.outer.size());
            });
            device.giveBack(outputs);
            device.giveBack(inputs);
        });
        device.giveBack(biases);
        device.giveBack(u);
    }

    private float[] zeros(int count) {
        float[] zeros = device.borrow(count);
        Arrays.fill(zeros, 0, count, 0);
        return zeros;
    }

    @Override
    public void backward(
            VoxelReader x, PlaneReader dy, float @Nullable [] weight, float[] dw, @Nullable InputGradientWriter dx) {
        run(x, dy, weight, dw, dx);
    }

    /** Computes the input gradient alone. */
    public void gradInput(PlaneReader dy, float[] weight, InputGradientWriter dx) {
        run(null, dy, weight, null, dx);
    }

    /** Computes the gradients that are required: without {@code dw}, {@code x} is null as well. */
    private void run(
            @Nullable VoxelReader x,
            PlaneReader dy,
            float @Nullable [] weight,
            float @Nullable [] dw,
            @Nullable InputGradientWriter dx) {
        int size = weightGradient.size();
        float[] u = dx == null
                ? null
                : PlanarWeights.transform(device, p, p.gradInput, Objects.requireNonNull(weight), null);
        float[] du = dw == null ? null : device.borrow(START + (long) parts * size);
        float[] zeros = zeros(p.inner.voxel());
        forEach(parts, part -> {
            if (du != null) {
                clear(du, START + part * size, size);
            }
            for (int group = groups * part / parts; group < groups * (part + 1) / parts; group++) {
                int first = firstUnit(group);
                int units = firstUnit(group + 1) - first;
                float[] gradients = borrowSlabs(p.outer);
                float[] inputs = borrowSlabs(p.inner);
                device.parallel(units, i -> slabs.loadGradient(dy, first + i, gradients, START + i * p.outer.size()));
                if (x != null && du != null) {
                    device.parallel(units, i -> slabs.loadInput(x, first + i, inputs, START + i * p.inner.size()));
                    weightGradient.add(first, units, inputs, gradients, du, START + part * size);
                }
                if (u != null && dx != null) {
                    new PlanarConvolution(device, p.gradInput, tilesPerBlock)
                            .run(first, units, gradients, u, zeros, inputs);
                    device.parallel(units, i -> writeGradient(dx, first + i, inputs, START + i * p.inner.size()));
                }
                device.giveBack(inputs);
                device.giveBack(gradients);
            }
        });
        device.giveBack(zeros);
        if (du != null && dw != null) {
            PlanarWeights.gradient(device, p, weightGradient, du, parts, dw);
            device.giveBack(du);
        }
        if (u != null) {
            device.giveBack(u);
        }
    }

    /** Sets floats to zero, on all threads unless they are busy. */
    private void clear(float[] values, int from, int count) {
        int chunk = 1 << 18;
        device.parallel(Math.ceilDiv(count, chunk), i -> {
            int start = i * chunk;
            Arrays.fill(values, from + start, from + Math.min(count, start + chunk), 0);
        });
    }

    private void writeGradient(InputGradientWriter dx, int unit, float[] slab, int at) {
        int index = unit % p.gradInput.slabs();
        for (int plane = 0; plane < p.gradInput.planes(index); plane++) {
            dx.write(
                    unit,
                    unit / p.gradInput.slabs(),
                    p.gradInput.firstPlane(index) + plane,
                    slab,
                    at + plane * p.inner.plane(),
                    p.inner.row());
        }
    }
}
