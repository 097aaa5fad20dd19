package dev.voxgrad.engine.op.conv3d.cpu.pointwise;

import java.util.Arrays;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.cpu.Lanes;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;
import dev.voxgrad.engine.op.conv3d.cpu.InputGradientWriter;
import dev.voxgrad.engine.op.conv3d.cpu.VoxelReader;
import dev.voxgrad.engine.op.conv3d.cpu.VoxelWriter;

/**
 * Maps a pointwise convolution's output voxels to input voxels: output (z, y, x) comes from input (z, y, x)·stride, and
 * all others have no part in it.
 *
 * @param voxel floats of an input voxel's gradient
 */
record StridedVoxels(CpuDevice device, Conv3dGeometry g, int voxel) {
    /** Returns whether every input voxel has an output. */
    boolean all() {
        return g.stride().equals(Dims3.ONE);
    }

    /** Returns a reader of the input voxels that have an output, by the number of the output. */
    VoxelReader gather(VoxelReader x) {
        return all() ? x : (first, count, to, at) -> read(x, first, count, to, at);
    }

    private void read(VoxelReader x, int first, int count, float[] to, int at) {
        int width = g.output().w();
        int step = g.stride().w();
        for (int v = first; v < first + count; ) {
            int column = v % width;
            int length = Math.min(width - column, first + count - v);
            int from = inputRow(v / width) * g.input().w() + column * step;
            int target = at + (v - first) * voxel;
            if (step == 1) {
                x.read(from, length, to, target);
            }
            for (int i = 0; i < length && step > 1; i++) {
                x.read(from + i * step, 1, to, target + i * voxel);
            }
            v += length;
        }
    }

    /** Returns the number of the input row, over all samples, that an output row comes from. */
    private int inputRow(int row) {
        Dims3 out = g.output();
        int plane = row / out.h();
        return (plane / out.d() * g.input().d() + plane % out.d() * g.stride().d())
                        * g.input().h()
                + row % out.h() * g.stride().h();
    }

    /**
     * Returns a writer of gradients, one for each output voxel in whole rows, that passes on all input voxels: zero
     * where there is no output. An output row brings with it the input rows up to the next output's.
     */
    VoxelWriter scatter(VoxelWriter dx) {
        return all()
                ? dx
                : (task, first, count, values, from, stride) -> {
                    int width = g.output().w();
                    float[] row =
                            device.borrow(Lanes.ALIGNED_START + (long) g.input().w() * voxel);
                    for (int v = first; v < first + count; v += width) {
                        scatterRow(dx, task, v / width, values, from + (v - first) * stride, row);
                    }
                    device.giveBack(row);
                };
    }

    private void scatterRow(VoxelWriter dx, int task, int outputRow, float[] values, int from, float[] row) {
        Dims3 in = g.input();
        int first = inputRow(outputRow);
        int height = outputRow % g.output().h();
        int depth = outputRow / g.output().h() % g.output().d();
        int rows = owned(height, g.output().h(), g.stride().h(), in.h());
        int planes = owned(depth, g.output().d(), g.stride().d(), in.d());
        for (int i = 0; i < planes * rows; i++) {
            Arrays.fill(row, Lanes.ALIGNED_START, Lanes.ALIGNED_START + in.w() * voxel, 0);
            for (int v = 0; v < g.output().w() && i == 0; v++) {
                int to = Lanes.ALIGNED_START + v * g.stride().w() * voxel;
                System.arraycopy(values, from + v * voxel, row, to, voxel);
            }
            int inputRow = first + i / rows * in.h() + i % rows;
            dx.write(task, inputRow * in.w(), in.w(), row, Lanes.ALIGNED_START, voxel);
        }
    }

    /** Returns how many input positions along an axis an output position brings with it. */
    private static int owned(int position, int outputs, int stride, int inputs) {
        return position == outputs - 1 ? inputs - position * stride : stride;
    }

    /** Does the same for a writer of input planes; the output voxels come in whole planes. */
    VoxelWriter scatterPlanes(InputGradientWriter dx) {
        int inputPlane = g.input().h() * g.input().w();
        if (all()) {
            return (task, first, count, values, from, stride) -> writePlanes(dx, task, first, count, values, from);
        }
        int outputPlane = g.output().h() * g.output().w();
        return (task, first, count, values, from, stride) -> {
            int firstPlane = inputRow(first / g.output().w()) / g.input().h();
            int last = (first + count) / outputPlane - 1;
            int end = inputRow(last * g.output().h()) / g.input().h()
                    + owned(
                            last % g.output().d(),
                            g.output().d(),
                            g.stride().d(),
                            g.input().d());
            float[] planes = device.borrow(Lanes.ALIGNED_START + (long) (end - firstPlane) * inputPlane * voxel);
            VoxelWriter copy = (_, voxel0, voxels, row, from0, _) -> System.arraycopy(
                    row,
                    from0,
                    planes,
                    Lanes.ALIGNED_START + (voxel0 - firstPlane * inputPlane) * voxel,
                    voxels * voxel);
            scatter(copy).write(task, first, count, values, from, stride);
            writePlanes(
                    dx, task, firstPlane * inputPlane, (end - firstPlane) * inputPlane, planes, Lanes.ALIGNED_START);
            device.giveBack(planes);
        };
    }

    private void writePlanes(InputGradientWriter dx, int task, int first, int count, float[] values, int from) {
        int plane = g.input().h() * g.input().w();
        for (int v = 0; v < count; v += plane) {
            int z = (first + v) / plane;
            dx.write(
                    task,
                    z / g.input().d(),
                    z % g.input().d(),
                    values,
                    from + v * voxel,
                    g.input().w() * voxel);
        }
    }
}
