package dev.voxgrad.engine.op.conv3d;

import java.util.Objects;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Shape;

/**
 * Describes the ordinary convolution that an ACS convolution is equal to: the same stride and padding, no dilation, and
 * a kernel that is zero but for the elements of the 2D kernels. Element (r, q) of a 2D kernel goes to
 *
 * <pre>
 * axial (f, r·dilation, q·dilation),   coronal (r·dilation, f, q·dilation),   sagittal (r·dilation, q·dilation, f)
 * </pre>
 *
 * where f on an axis is the tap that meets the plane which the view reads, {@link #firstPlane} plus a multiple of the
 * stride.
 *
 * @param dense all sizes of the ordinary convolution
 * @param split the views' numbers of output channels
 * @param edge k, the edge of the 2D kernel
 * @param dilation distance between the taps of neighbours in the 2D kernel
 * @param plane f on each axis
 */
public record AcsEmbedding(Conv3dGeometry dense, AcsSplit split, int edge, int dilation, Dims3 plane) {
    /** Returns the embedding of an ACS convolution. */
    public static AcsEmbedding of(Conv3dGeometry g) {
        Dims3 in = g.input();
        Dims3 out = g.output();
        Dims3 plane = new Dims3(tap(g, in.d(), out.d()), tap(g, in.h(), out.h()), tap(g, in.w(), out.w()));
        int reach = (g.kernel().d() - 1) * g.dilation().d();
        Conv3dGeometry dense = new Conv3dGeometry(
                g.batch(),
                g.inputChannels(),
                g.outputChannels(),
                g.groups(),
                in,
                out,
                new Dims3(
                        Math.max(reach, plane.d()) + 1, Math.max(reach, plane.h()) + 1, Math.max(reach, plane.w()) + 1),
                g.stride(),
                g.padding(),
                Dims3.ONE,
                null);
        return new AcsEmbedding(
                dense,
                Objects.requireNonNull(g.acs()),
                g.kernel().d(),
                g.dilation().d(),
                plane);
    }

    /** Returns the tap that meets plane z(i) for output position i, on an axis of that many positions. */
    private static int tap(Conv3dGeometry g, int input, int output) {
        return firstPlane(g, input, output) + g.padding().d();
    }

    /** Returns whether plane i·stride is the one for output position i, on an axis of these sizes. */
    public static boolean isAligned(int input, int output) {
        return output == input || 2L * output == input;
    }

    /** Returns the plane that a view reads for output position 0, on an axis of these sizes. */
    public static int firstPlane(Conv3dGeometry g, int input, int output) {
        return isAligned(input, output) ? 0 : g.kernel().d() / 2 - g.padding().d();
    }

    /** Returns the shape of the dense weight. */
    public Shape denseShape() {
        Dims3 k = dense.kernel();
        return Shape.of(dense.outputChannels(), dense.groupInputs(), k.d(), k.h(), k.w());
    }

    /** Returns the index of a view's element (0, 0) in the dense kernel; views are 0 axial, 1 coronal, 2 sagittal. */
    public int origin(int view) {
        Dims3 k = dense.kernel();
        return switch (view) {
            case 0 -> plane.d() * k.h() * k.w();
            case 1 -> plane.h() * k.w();
            default -> plane.w();
        };
    }

    /** Returns the distance in the dense kernel between a view's elements (r, q) and (r + 1, q). */
    public int rowStep(int view) {
        Dims3 k = dense.kernel();
        return view == 0 ? dilation * k.w() : dilation * k.h() * k.w();
    }

    /** Returns the distance in the dense kernel between a view's elements (r, q) and (r, q + 1). */
    public int columnStep(int view) {
        return view == 2 ? dilation * dense.kernel().w() : dilation;
    }
}
