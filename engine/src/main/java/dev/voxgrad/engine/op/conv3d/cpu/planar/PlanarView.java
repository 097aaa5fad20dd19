package dev.voxgrad.engine.op.conv3d.cpu.planar;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.op.conv3d.AcsSplit;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;

/**
 * Represents output channels whose kernels are in planes of the same orientation.
 *
 * @param u axis of the kernel's first dimension: 0 for D, 1 for H
 * @param v axis of its second dimension: 1 for H, 2 for W
 * @param line the axis along which the kernel is 1
 * @param first the first output channel
 * @param channels the number of output channels
 */
record PlanarView(int u, int v, int line, int first, int channels) {
    /** Returns the views of a convolution that have channels, or an empty list if its kernels are not planar. */
    static List<PlanarView> of(Conv3dGeometry g) {
        @Nullable AcsSplit acs = g.acs();
        int outputs = g.outputChannels();
        if (acs == null) {
            List<PlanarView> one = List.of(axial(0, outputs), coronal(0, outputs), sagittal(0, outputs));
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
        return new PlanarView(1, 2, 0, first, channels);
    }

    private static PlanarView coronal(int first, int channels) {
        return new PlanarView(0, 2, 1, first, channels);
    }

    private static PlanarView sagittal(int first, int channels) {
        return new PlanarView(0, 1, 2, first, channels);
    }

    private Dims3 kernel() {
        return new Dims3(line == 0 ? 1 : 3, line == 1 ? 1 : 3, line == 2 ? 1 : 3);
    }
}
