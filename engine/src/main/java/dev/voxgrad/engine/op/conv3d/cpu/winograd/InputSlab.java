package dev.voxgrad.engine.op.conv3d.cpu.winograd;

import java.util.Arrays;

import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.cpu.Lanes;
import dev.voxgrad.engine.op.conv3d.cpu.VoxelReader;

/**
 * Contains the input planes under one group of planes of tiles, with their zero padding, so that tiles need no border
 * cases. The next group of the same sample shares two planes with this one, which {@link #load} moves instead of
 * reading them again:
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
    final float[] values;

    /** Borrows memory of the device until {@link #close}. */
    InputSlab(CpuDevice device, Winograd w, VoxelReader reader) {
        this.w = w;
        this.reader = reader;
        this.values = device.borrow(Lanes.ALIGNED_START + (long) w.slabPlanes() * w.slabPlane());
    }

    /**
     * Loads the planes of a group of one sample.
     *
     * @param follows whether the group before this one was loaded last; the two planes that both need are then moved
     */
    void load(int sample, int group, boolean follows) {
        int plane = 0;
        if (follows) {
            System.arraycopy(
                    values,
                    Lanes.ALIGNED_START + 2 * w.group * w.slabPlane(),
                    values,
                    Lanes.ALIGNED_START,
                    2 * w.slabPlane());
            plane = 2;
        }
        int first = 2 * group * w.group - w.padding.d();
        for (; plane < 2 * w.planes(group) + 2; plane++) {
            int z = first + plane;
            int to = Lanes.ALIGNED_START + plane * w.slabPlane();
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

    /**
     * Transforms {@code count} tiles of the group, starting with {@code firstTile}: values → transformed[p, tile, :].
     */
    void transform(int firstTile, int count, float[] transformed, float[] scratch) {
        transform(firstTile, count, transformed, Lanes.ALIGNED_START, w.paddedInputs, w.inputStep(), scratch);
        // The micro-kernel takes seven tiles at a time: the surplus ones need values, whichever they are.
        int full = Math.ceilDiv(count, TileProducts.STEP) * TileProducts.STEP;
        for (int p = 0; p < 64 && full > count; p++) {
            int from = Lanes.ALIGNED_START + p * w.inputStep();
            Arrays.fill(transformed, from + count * w.paddedInputs, from + full * w.paddedInputs, 0);
        }
    }

    /**
     * Does the same without surplus tiles, to {@code transformed[to + p·step + tile·row + channel]}, where {@code tile}
     * is 0 for {@code firstTile}.
     */
    void transform(int firstTile, int count, float[] transformed, int to, int row, int step, float[] scratch) {
        for (int i = 0; i < count; i++) {
            WinogradTransforms.input(
                    values,
                    w.slabOffset(firstTile + i),
                    w.slabRow(),
                    w.slabPlane(),
                    w.paddedInputs,
                    scratch,
                    transformed,
                    to + i * row,
                    step);
        }
    }

    /** Returns the borrowed memory. */
    void close(CpuDevice device) {
        device.giveBack(values);
    }
}
