package dev.voxgrad.engine.op.convblock;

import java.util.Arrays;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.op.conv3d.cpu.PlaneLayout;
import dev.voxgrad.engine.op.conv3d.cpu.PlaneReader;

/**
 * Makes the gradient of a convolution's output from that of the max pool, ReLU and batch norm behind it. Voxels that
 * are in no window, at odd ends, get the part that comes from the statistics alone.
 */
final class PoolGradientReader implements PlaneReader {
    private final CpuNormRelu norm;
    private final float[] z;
    private final float[] extremes;
    private final int channels;
    private final Dims3 size;
    private final float[] dy;
    private final PlaneLayout layout;
    /** A row of gradients of activations that no window has. */
    private final float[] zeros;

    PoolGradientReader(CpuNormRelu norm, float[] z, Shape shape, float[] extremes, float[] dy, PlaneLayout layout) {
        this.norm = norm;
        this.z = z;
        this.extremes = extremes;
        this.channels = shape.dim(1);
        this.size = shape.spatial();
        this.dy = dy;
        this.layout = layout;
        boolean even = size.d() % 2 == 0 && size.h() % 2 == 0 && size.w() % 2 == 0;
        this.zeros = even ? null : new float[size.w() * channels];
    }

    /** Planes come in pairs, beginning with an even one. */
    @Override
    public void read(int sample, int first, int count, float[] planes, int at) {
        for (int plane = 0; plane < count; plane += 2) {
            for (int h = 0; h < layout.plane() / layout.row(); h += 2) {
                int to = at + plane * layout.plane() + h * layout.row();
                if (first + plane + 1 < size.d() && h + 1 < size.h()) {
                    readWindows(sample, first + plane, h, planes, to);
                } else {
                    readOddRows(sample, first + plane, h, count - plane, planes, to);
                }
            }
        }
    }

    private void readWindows(int sample, int plane, int h, float[] planes, int to) {
        int row = size.w() * channels;
        int windows = size.w() / 2;
        int z0 = voxel(sample, plane, h) * channels;
        int window = ((sample * (size.d() / 2) + plane / 2) * (size.h() / 2) + h / 2) * windows;
        norm.poolGradient(
                z,
                z0,
                row,
                size.h() * row,
                extremes,
                dy,
                window * channels,
                windows,
                planes,
                to,
                layout.voxel(),
                layout.row(),
                layout.plane());
        for (int i = 0; i < 4; i++) {
            int rowStart = to + i / 2 * layout.plane() + i % 2 * layout.row();
            finishRow(voxel(sample, plane + i / 2, h + i % 2), 2 * windows, planes, rowStart);
        }
    }

    /** The last plane or row, if it is alone, and what is beyond it. */
    private void readOddRows(int sample, int plane, int h, int count, float[] planes, int to) {
        for (int i = 0; i < 4; i++) {
            int d = i / 2;
            int rowStart = to + d * layout.plane() + i % 2 * layout.row();
            if (d >= count || i % 2 == 1 && h + 1 >= layout.plane() / layout.row()) {
                continue;
            }
            if (plane + d < size.d() && h + i % 2 < size.h()) {
                finishRow(voxel(sample, plane + d, h + i % 2), 0, planes, rowStart);
            } else {
                Arrays.fill(planes, rowStart, rowStart + layout.row(), 0);
            }
        }
    }

    /** From voxel {@code done} on: voxels in no window, channels in excess everywhere, and the row's excess. */
    private void finishRow(int voxel, int done, float[] planes, int to) {
        if (done < size.w()) {
            norm.gradient(
                    z,
                    (voxel + done) * channels,
                    zeros,
                    0,
                    size.w() - done,
                    planes,
                    to + done * layout.voxel(),
                    layout.voxel());
        }
        for (int v = 0; v < done && channels < layout.voxel(); v++) {
            Arrays.fill(planes, to + v * layout.voxel() + channels, to + (v + 1) * layout.voxel(), 0);
        }
        Arrays.fill(planes, to + size.w() * layout.voxel(), to + layout.row(), 0);
    }

    private int voxel(int sample, int plane, int h) {
        return ((sample * size.d() + plane) * size.h() + h) * size.w();
    }
}
