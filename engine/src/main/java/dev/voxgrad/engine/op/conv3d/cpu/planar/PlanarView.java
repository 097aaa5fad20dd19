package dev.voxgrad.engine.op.conv3d.cpu.planar;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.op.conv3d.AcsSplit;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;

/**
 * Represents output channels whose kernels are in planes of the same orientation, or of 3×3×3 taps.
 *
 * @param u axis of the kernel's first dimension: 0 for D, 1 for H
 * @param v axis of its second dimension: 1 for H, 2 for W
 * @param line the third axis
 * @param deep whether the kernel extends along the third axis, too
 * @param first the first output channel
 * @param channels the number of output channels
 */
record PlanarView(int u, int v, int line, boolean deep, int first, int channels) {
    /** Returns the views of a convolution that have channels, or an empty list if its kernels are neither. */
    static List<PlanarView> of(Conv3dGeometry g) {
        @Nullable AcsSplit acs = g.acs();
        int outputs = g.outputChannels();
        if (acs == null) {
            List<PlanarView> one =
                    List.of(axial(0, outputs), coronal(0, outputs), sagittal(0, outputs), cubic(outputs));
            return one.stream().filter(view -> g.kernel().equals(view.kernel())).toList();
        }
        if (!g.kernel().equals(Dims3.cube(3))) {
            return List.of();
        }
        List<PlanarView> views = new ArrayList<>(
                List.of(axial(acs.first(0), acs.a()), coronal(acs.first(1), acs.c()), sagittal(acs.first(2), acs.s())));
        views.removeIf(view -> view.channels == 0);
        return List.copyOf(views);
    }

    private static PlanarView axial(int first, int channels) {
        return new PlanarView(1, 2, 0, false, first, channels);
    }

    private static PlanarView coronal(int first, int channels) {
        return new PlanarView(0, 2, 1, false, first, channels);
    }

    private static PlanarView sagittal(int first, int channels) {
        return new PlanarView(0, 1, 2, false, first, channels);
    }

    private static PlanarView cubic(int channels) {
        return new PlanarView(1, 2, 0, true, 0, channels);
    }

    /** Returns the sizes of tiles that occur, each along the third axis, u and v, if the axes are divided so. */
    List<int[]> sizes(AxisTiles[] tiles) {
        List<int[]> sizes = new ArrayList<>();
        for (int depth : deep ? tiles[line].distinct() : new int[] {1}) {
            for (int mu : tiles[u].distinct()) {
                for (int mv : tiles[v].distinct()) {
                    sizes.add(new int[] {depth, mu, mv});
                }
            }
        }
        return sizes;
    }

    /** Returns the number of taps of a kernel. */
    int taps() {
        return deep ? 27 : 9;
    }

    private Dims3 kernel() {
        return deep ? Dims3.cube(3) : new Dims3(line == 0 ? 1 : 3, line == 1 ? 1 : 3, line == 2 ? 1 : 3);
    }
}
