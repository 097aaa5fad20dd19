package dev.voxgrad.engine.op.conv3d.cpu;

import java.util.Arrays;

import dev.voxgrad.engine.Dims3;

/**
 * Describes where the voxels of a few planes of a convolution's output are in a scratch array. Rows and channels may be
 * padded to whole tiles and vectors. The padding is unspecified in an output, and must be zero in an output gradient.
 *
 * <pre>
 *  ←────────────────────────── row ─────────────────────────→
 *  ←───── voxel ─────→
 * ┌───────────┬───────┬───────────┬───────┬───────────────────┐
 * │ channels  │▒▒▒▒▒▒▒│ channels  │▒▒▒▒▒▒▒│▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒│  h = 0         ↑
 * ├───────────┼───────┼───────────┼───────┼───────────────────┤                │
 * │ channels  │▒▒▒▒▒▒▒│ channels  │▒▒▒▒▒▒▒│▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒│  h = 1         │ plane
 * ├───────────┴───────┴───────────┴───────┴───────────────────┤                │
 * │▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒│  beyond size.h ↓
 * └───────────────────────────────────────────────────────────┘
 *   w = 0               w = 1              beyond size.w          ▒ padding
 * </pre>
 *
 * @param channels the tensor's channels
 * @param size the size of one sample of the tensor
 * @param voxel floats from one voxel to the next
 * @param row floats from one row to the next
 * @param plane floats from one plane to the next
 */
public record PlaneLayout(int channels, Dims3 size, int voxel, int row, int plane) {
    /** Returns a writer that copies planes to a channels-last tensor. */
    public PlaneWriter copyTo(float[] y) {
        return (task, sample, first, count, planes, from) -> {
            for (int i = 0; i < count * size.h(); i++) {
                int row0 = from + i / size.h() * plane + i % size.h() * row;
                int to = ((sample * size.d() + first) * size.h() + i) * size.w() * channels;
                copyRow(planes, row0, voxel, y, to, channels);
            }
        };
    }

    /** Returns a reader that copies planes from a channels-last tensor. */
    public PlaneReader copyFrom(float[] dy) {
        return (sample, first, count, planes, at) -> {
            for (int i = 0; i < count; i++) {
                for (int h = 0; h < plane / row; h++) {
                    int to = at + i * plane + h * row;
                    if (first + i >= size.d() || h >= size.h()) {
                        Arrays.fill(planes, to, to + row, 0);
                        continue;
                    }
                    int from = ((sample * size.d() + first + i) * size.h() + h) * size.w() * channels;
                    copyRow(dy, from, channels, planes, to, voxel);
                    Arrays.fill(planes, to + size.w() * voxel, to + row, 0);
                }
            }
        };
    }

    /** Returns a writer that passes planes on to {@code y} row by row. */
    PlaneWriter rowsTo(VoxelWriter y) {
        return (task, sample, first, count, planes, from) -> {
            for (int i = 0; i < count * size.h(); i++) {
                int row0 = from + i / size.h() * plane + i % size.h() * row;
                y.write(task, ((sample * size.d() + first) * size.h() + i) * size.w(), size.w(), planes, row0, voxel);
            }
        };
    }

    /** Returns a reader that takes planes from {@code dy} row by row, in voxels of {@link #voxel} floats. */
    PlaneReader rowsFrom(VoxelReader dy) {
        return (sample, first, count, planes, at) -> {
            for (int i = 0; i < count; i++) {
                for (int h = 0; h < plane / row; h++) {
                    int to = at + i * plane + h * row;
                    int end = to;
                    if (first + i < size.d() && h < size.h()) {
                        dy.read(((sample * size.d() + first + i) * size.h() + h) * size.w(), size.w(), planes, to);
                        end = to + size.w() * voxel;
                    }
                    Arrays.fill(planes, end, to + row, 0);
                }
            }
        };
    }

    /** Copies one row, voxel by voxel if the distances differ; the padding of a wider voxel becomes zero. */
    private void copyRow(float[] from, int from0, int fromVoxel, float[] to, int to0, int toVoxel) {
        if (fromVoxel == toVoxel) {
            System.arraycopy(from, from0, to, to0, size.w() * fromVoxel);
            return;
        }
        for (int x = 0; x < size.w(); x++) {
            System.arraycopy(from, from0 + x * fromVoxel, to, to0 + x * toVoxel, channels);
            Arrays.fill(to, to0 + x * toVoxel + channels, to0 + (x + 1) * toVoxel, 0);
        }
    }
}
