package dev.voxgrad.engine.op.convblock.cpu;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.op.conv3d.cpu.PlaneLayout;
import dev.voxgrad.engine.op.conv3d.cpu.PlaneReader;

/**
 * Computes the gradient of a convolution's output from the gradient of the max pool that follows it after batch norm
 * and ReLU. Voxels that are in no window, at odd ends, get the part that comes from the statistics alone.
 */
final class PoolGradientReader implements PlaneReader {
    private final NormReluPool norm;
    /** Computes dz of voxels that are in no window. */
    private final NormRelu outside;

    private final float[] z;
    private final float[] extremes;
    private final int channels;
    private final Dims3 size;
    private final float[] dy;
    private final PlaneLayout layout;
    /** A row of zeros: the gradients of activations that are in no window. Null if there are none. */
    private final float @Nullable [] zeros;

    PoolGradientReader(NormReluPool norm, float[] z, Shape shape, float[] extremes, float[] dy, PlaneLayout layout) {
        this.norm = norm;
        this.outside = new NormRelu(norm.table());
        this.z = z;
        this.extremes = extremes;
        this.channels = shape.dim(1);
        this.size = shape.spatial();
        this.dy = dy;
        this.layout = layout;
        boolean even = size.d() % 2 == 0 && size.h() % 2 == 0 && size.w() % 2 == 0;
        this.zeros = even ? null : new float[size.w() * channels];
    }

    /** Reads planes in pairs, starting with an even one. */
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

    /** Reads the last plane or row if it has no partner, and fills what is beyond it with zeros. */
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

    /**
     * Completes a row of which {@code done} voxels are written: voxels in no window, and zeros in the padding of
     * channels and of the row.
     */
    @SuppressWarnings("NullAway") // zeros is not null if a voxel is in no window
    private void finishRow(int voxel, int done, float[] planes, int to) {
        if (done < size.w()) {
            outside.gradient(
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
