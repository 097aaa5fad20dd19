package dev.voxgrad.engine.op.acsconv3d;

import java.util.Arrays;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.ReferenceStorage;
import dev.voxgrad.engine.op.conv3d.AcsSplit;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;
import dev.voxgrad.engine.op.conv3d.Conv3dKernels;

/**
 * {@link Conv3dKernels} of ACS convolutions in plain loops, by the definition in {@link AcsConv3dOp}: every (output
 * voxel, weight) pair meets at most one input voxel.
 *
 * @param ordinary computes the bias's gradient, which does not depend on the kernel
 */
record AcsConv3dReference(Conv3dKernels ordinary) implements Conv3dKernels {
    /** Processes one triple of indices into output, weight and input. */
    @FunctionalInterface
    private interface Visitor {
        void visit(int outputIndex, int weightIndex, int inputIndex);
    }

    @Override
    public void forward(Conv3dGeometry g, Tensor input, Tensor weight, @Nullable Tensor bias, Tensor output) {
        double[] x = ReferenceStorage.array(input);
        double[] w = ReferenceStorage.array(weight);
        double[] y = ReferenceStorage.array(output);
        int voxels = g.output().product();
        for (int i = 0; i < y.length; i++) {
            y[i] = bias == null ? 0 : ReferenceStorage.array(bias)[i / voxels % g.outputChannels()];
        }
        visitAll(g, (o, k, i) -> y[o] += w[k] * x[i]);
    }

    @Override
    public void gradInput(Conv3dGeometry g, Tensor gradOutput, Tensor weight, Tensor gradInput) {
        double[] dy = ReferenceStorage.array(gradOutput);
        double[] w = ReferenceStorage.array(weight);
        double[] dx = ReferenceStorage.array(gradInput);
        Arrays.fill(dx, 0);
        visitAll(g, (o, k, i) -> dx[i] += w[k] * dy[o]);
    }

    @Override
    public void gradWeight(Conv3dGeometry g, Tensor input, Tensor gradOutput, Tensor gradWeight) {
        double[] x = ReferenceStorage.array(input);
        double[] dy = ReferenceStorage.array(gradOutput);
        double[] dw = ReferenceStorage.array(gradWeight);
        Arrays.fill(dw, 0);
        visitAll(g, (o, k, i) -> dw[k] += dy[o] * x[i]);
    }

    @Override
    public void gradBias(Conv3dGeometry g, Tensor gradOutput, Tensor gradBias) {
        ordinary.gradBias(g, gradOutput, gradBias);
    }

    private static void visitAll(Conv3dGeometry g, Visitor visitor) {
        AcsSplit split = Objects.requireNonNull(g.acs());
        Dims3 out = g.output();
        for (int n = 0; n < g.batch(); n++) {
            for (int o = 0; o < g.outputChannels(); o++) {
                int first = (n * g.outputChannels() + o) * out.product();
                for (int z = 0; z < out.product(); z++) {
                    int[] at = {z / (out.h() * out.w()), z / out.w() % out.h(), z % out.w()};
                    visitWindow(g, n, o, split.view(o), at, first + z, visitor);
                }
            }
        }
    }

    /** Visits the window of one output voxel, in the plane that is perpendicular to axis {@code view}. */
    private static void visitWindow(
            Conv3dGeometry g, int n, int o, int view, int[] at, int outputIndex, Visitor visitor) {
        int[] in = sizes(g.input());
        int[] out = sizes(g.output());
        int k = g.kernel().d();
        int firstChannel = n * g.inputChannels() + (g.groups() == 1 ? 0 : o);
        int rowAxis = view == 0 ? 1 : 0;
        int columnAxis = view == 2 ? 1 : 2;
        int[] voxel = new int[3];
        voxel[view] = at[view] * g.stride().d() + AcsConv3dOp.firstPlane(g, in[view], out[view]);
        for (int c = 0; c < g.groupInputs(); c++) {
            for (int tap = 0; tap < k * k; tap++) {
                voxel[rowAxis] = position(g, at[rowAxis], tap / k);
                voxel[columnAxis] = position(g, at[columnAxis], tap % k);
                if (isInside(voxel, in)) {
                    int inputIndex = (((firstChannel + c) * in[0] + voxel[0]) * in[1] + voxel[1]) * in[2] + voxel[2];
                    visitor.visit(outputIndex, (o * g.groupInputs() + c) * k * k + tap, inputIndex);
                }
            }
        }
    }

    private static int position(Conv3dGeometry g, int output, int tap) {
        return output * g.stride().d() - g.padding().d() + tap * g.dilation().d();
    }

    private static boolean isInside(int[] voxel, int[] size) {
        for (int axis = 0; axis < 3; axis++) {
            if (voxel[axis] < 0 || voxel[axis] >= size[axis]) {
                return false;
            }
        }
        return true;
    }

    private static int[] sizes(Dims3 dims) {
        return new int[] {dims.d(), dims.h(), dims.w()};
    }
}
