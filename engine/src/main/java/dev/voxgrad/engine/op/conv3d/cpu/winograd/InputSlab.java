package dev.voxgrad.engine.op.conv3d.cpu.winograd;

import java.util.Arrays;

import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.cpu.Lanes;
import dev.voxgrad.engine.op.conv3d.cpu.VoxelReader;

/**
 * Contains the input planes under one group of planes of tiles, with their zero padding, so that tiles need no border
 * cases. The next group of the same sample shares two planes with this one, which {@link #load} keeps where they
 * are: the planes in memory are a ring.
 *
 * <pre>
 * planes of the slab     0   1   2   3   4   5              group of 2 planes of tiles: 2·2 + 2 input planes
 * tiles, 1st plane      └─────────────┘
 * tiles, 2nd plane              └─────────────┘
 * next group                             0   1   2   3   4   5
 * </pre>
 */
final class InputSlab {
    private final Winograd w;
    private final VoxelReader reader;
    private final float[] values;
    private final float[] scratch;
    /** Where the first plane is among the planes in memory; the others follow, the first after the last. */
    private int start;

    /** Borrows memory of the device until {@link #close}. */
    InputSlab(CpuDevice device, Winograd w, VoxelReader reader) {
        this.w = w;
        this.reader = reader;
        this.values = device.borrow(Lanes.ALIGNED_START + (long) w.slabPlanes() * w.slabPlane());
        this.scratch = device.borrow(w.scratch());
    }

    /**
     * Loads the planes of a group of one sample.
     *
     * @param follows whether the group before this one was loaded last; the two planes that both need are then kept
     */
    void load(int sample, int group, boolean follows) {
        int plane = follows ? 2 : 0;
        start = follows ? (start + 2 * w.group) % w.slabPlanes() : 0;
        int first = 2 * group * w.group - w.padding.d();
        for (; plane < 2 * w.planes(group) + 2; plane++) {
            int z = first + plane;
            int to = offset(plane);
            if (z < 0 || z >= w.input.d()) {
                Arrays.fill(values, to, to + w.slabPlane(), 0);
                continue;
            }
            for (int row = 0; row < 2 * w.tiles.h() + 2; row++) {
                loadRow(sample, z, row - w.padding.h(), to + row * w.slabRow());
            }
        }
    }

    private void loadRow(int sample, int z, int y, int to) {
        int positions = 2 * w.tiles.w() + 2;
        int start = w.padding.w();
        int end = Math.min(positions, w.input.w() + w.padding.w());
        if (y < 0 || y >= w.input.h() || end <= start) {
            Arrays.fill(values, to, to + w.slabRow(), 0);
            return;
        }
        Arrays.fill(values, to, to + start * w.paddedInputs, 0);
        Arrays.fill(values, to + end * w.paddedInputs, to + w.slabRow(), 0);
        int voxel = ((sample * w.input.d() + z) * w.input.h() + y) * w.input.w();
        reader.read(voxel, end - start, values, to + start * w.paddedInputs);
    }

    /** Returns where a plane of the slab starts. */
    private int offset(int plane) {
        return Lanes.ALIGNED_START + (start + plane) % w.slabPlanes() * w.slabPlane();
    }

    /**
     * Transforms {@code count} tiles of the group to a slice: values → {@code transformed[to + q·step + tile·row +
     * channel]}, where {@code tile} is 0 for {@code firstTile}.
     */
    void transform(Slice slice, int firstTile, int count, float[] transformed, int to, int row, int step) {
        int run;
        for (int i = 0; i < count; i += run) {
            int tile = firstTile + i;
            run = w.run(tile, count - i);
            int first = 2 * w.tileD(tile);
            int from = offset(first + slice.plane()) + w.slabOffset(tile);
            int other = offset(first + slice.other()) + w.slabOffset(tile);
            for (int channel = 0; channel < w.paddedInputs; channel += Lanes.COUNT) {
                WinogradTransforms.input(
                        values,
                        from + channel,
                        other + channel,
                        slice.sign(),
                        w.slabRow(),
                        w.paddedInputs,
                        run,
                        scratch,
                        transformed,
                        to + i * row + channel,
                        row,
                        step);
            }
        }
    }

    /** Returns the borrowed memory. */
    void close(CpuDevice device) {
        device.giveBack(scratch);
        device.giveBack(values);
    }
}
