package dev.voxgrad.engine.op.conv3d.cpu.planar;

import java.util.Arrays;
import java.util.Objects;
import java.util.function.IntConsumer;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.cpu.Caches;
import dev.voxgrad.engine.device.cpu.Lanes;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;
import dev.voxgrad.engine.op.conv3d.cpu.InputGradientWriter;
import dev.voxgrad.engine.op.conv3d.cpu.PartSums;
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
    /** Maximum of floats that are added up in total: of more, adding takes as long as it saves. */
    private static final int SUMMED = 8 * 1024 * 1024;

    private static final int PARTS = 64;
    /**
     * Tiles in a block of the weight gradient that one thread processes. It is the same on every machine, whatever its
     * caches, as products are added up block by block, and the order of a sum decides about its last bits.
     */
    private static final int TILES = 28;
    /**
     * The same for kernels of 3×3×3, whose tiles have four to six times as many positions: at 32 channels, transformed
     * inputs and gradients of 28 tiles take 1 MiB. On two cores of a Zen 5, which have as much second-level cache each,
     * Net1's training step took 0.94 of the time with 14 (median of eight pairs).
     */
    private static final int CUBIC_TILES = 14;

    private static final int ALL = Integer.MAX_VALUE / 2;
    private static final int CHUNK = PlanarConvolution.CHUNK;
    private static final int START = Lanes.ALIGNED_START;

    private final CpuDevice device;
    private final int cache;
    private final Planar p;
    private final PlanarSlabs slabs;
    private final PlanarWeightGradient weightGradient;
    private final int groups;
    private final int gradientGroups;
    /** The number of units in a group whose input gradients are computed together. */
    private final int unitsTogether;

    private final int parts;

    /** Creates the convolution. */
    public TiledPlanarConv3d(CpuDevice device, Planar p) {
        this(device, p, Caches.SECOND_LEVEL);
    }

    /** Creates the convolution for a second-level cache of that many bytes, for tests. */
    TiledPlanarConv3d(CpuDevice device, Planar p, int cache) {
        this.device = device;
        this.cache = cache;
        this.p = p;
        this.slabs = new PlanarSlabs(p);
        boolean sharesGradients = p.sharesGradientTiles();
        this.groups = Math.ceilDiv(p.units(), p.unitsPerGroup(p.sharesTiles()));
        this.gradientGroups = Math.ceilDiv(p.units(), p.unitsPerGroup(sharesGradients));
        this.unitsTogether = p.sharesTiles() ? ALL : p.unitsPerGroup(false);
        this.weightGradient =
                new PlanarWeightGradient(device, p, sharesGradients ? ALL : p.isCubic() ? CUBIC_TILES : TILES);
        this.parts =
                sharesGradients ? 1 : Math.clamp(Math.min(SUMMED / weightGradient.size(), PARTS), 1, gradientGroups);
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

    /** Returns the number of tiles that are multiplied in the forward pass: in each group, a multiple of seven. */
    long multipliedTiles(TilePass pass) {
        long sum = 0;
        for (int group = 0; group < groups; group++) {
            int first = firstUnit(group, groups);
            sum += multipliedTiles(pass, first, firstUnit(group + 1, groups) - first);
        }
        return sum;
    }

    /** Returns the same for the input gradient. */
    long multipliedGradientTiles(TilePass pass) {
        long sum = 0;
        for (int group = 0; group < gradientGroups; group++) {
            int end = firstUnit(group + 1, gradientGroups);
            for (int first = firstUnit(group, gradientGroups); first < end; first += unitsTogether) {
                sum += multipliedTiles(pass, first, Math.min(unitsTogether, end - first));
            }
        }
        return sum;
    }

    private static long multipliedTiles(TilePass pass, int first, int units) {
        return (long) Math.ceilDiv(pass.tiles(first, units), CHUNK) * CHUNK;
    }

    private int firstUnit(int group, int count) {
        return (int) ((long) p.units() * group / count);
    }

    /** Runs tasks on all threads, or, if each of them uses all threads, one after the other. */
    private void forEach(boolean shared, int tasks, IntConsumer task) {
        if (!shared) {
            device.parallel(tasks, task);
            return;
        }
        for (int i = 0; i < tasks; i++) {
            task.accept(i);
        }
    }

    private float[] borrowSlabs(SlabLayout layout, int count) {
        return device.borrow(START + (long) count * layout.size());
    }

    @Override
    public void forward(
            VoxelReader x, float[] weight, float @Nullable [] factors, float @Nullable [] bias, PlaneWriter y) {
        float[] u = PlanarWeights.transform(device, p, p.forward, weight, factors);
        float[] biases = zeros(p.outer.voxel());
        if (bias != null) {
            System.arraycopy(bias, 0, biases, 0, p.g.outputChannels());
        }
        PlanarConvolution convolution = new PlanarConvolution(device, p.forward, p.sharesTiles(), cache);
        forEach(p.sharesTiles(), groups, group -> {
            int first = firstUnit(group, groups);
            int units = firstUnit(group + 1, groups) - first;
            float[] inputs = borrowSlabs(p.inner, units);
            float[] outputs = borrowSlabs(p.outer, units);
            device.parallel(units, i -> slabs.loadInput(x, first + i, inputs, START + i * p.inner.size()));
            convolution.run(first, units, 0, inputs, u, biases, outputs);
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
        float[] u = dx == null
                ? null
                : PlanarWeights.transform(device, p, p.gradInput, Objects.requireNonNull(weight), null);
        PartSums sums = dw == null ? null : new PartSums(device, parts, weightGradient.size());
        forEach(p.sharesGradientTiles(), parts, part -> {
            float[] du = sums == null ? null : sums.open();
            for (int group = gradientGroups * part / parts; group < gradientGroups * (part + 1) / parts; group++) {
                int first = firstUnit(group, gradientGroups);
                int units = firstUnit(group + 1, gradientGroups) - first;
                float[] gradients = borrowSlabs(p.outer, units);
                float[] inputs = borrowSlabs(p.inner, units);
                device.parallel(units, i -> slabs.loadGradient(dy, first + i, gradients, START + i * p.outer.size()));
                if (x != null && du != null) {
                    device.parallel(units, i -> slabs.loadInput(x, first + i, inputs, START + i * p.inner.size()));
                    weightGradient.add(first, units, inputs, gradients, du, START);
                }
                if (u != null && dx != null) {
                    gradInput(first, units, gradients, u, inputs);
                    device.parallel(units, i -> writeGradient(dx, first + i, inputs, START + i * p.inner.size()));
                }
                device.giveBack(inputs);
                device.giveBack(gradients);
            }
            if (sums != null && du != null) {
                sums.add(part, du);
            }
        });
        if (sums != null && dw != null) {
            PlanarWeights.gradient(device, p, weightGradient, sums.total(), dw);
            sums.close();
        }
        if (u != null) {
            device.giveBack(u);
        }
    }

    /** Computes the input gradient of a group, a few units at a time if their tiles are not shared. */
    private void gradInput(int first, int units, float[] gradients, float[] u, float[] inputs) {
        float[] zeros = zeros(p.inner.voxel());
        PlanarConvolution convolution = new PlanarConvolution(device, p.gradInput, p.sharesTiles(), cache);
        device.parallel(Math.ceilDiv(units, unitsTogether), i -> {
            int slab = i * unitsTogether;
            int count = Math.min(unitsTogether, units - slab);
            convolution.run(first + slab, count, slab, gradients, u, zeros, inputs);
        });
        device.giveBack(zeros);
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
