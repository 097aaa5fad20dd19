package dev.voxgrad.engine.op.conv3d;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.ReferenceStorage;

/**
 * {@link Conv3dKernels} in plain loops. The three large kernels are one loop over every (output voxel, weight) pair
 * that meets an input voxel; they differ only in which of the three values is the sum of products of the other two.
 */
final class Conv3dReference implements Conv3dKernels {
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
        double[] dy = ReferenceStorage.array(gradOutput);
        double[] db = ReferenceStorage.array(gradBias);
        Arrays.fill(db, 0);
        int voxels = g.output().product();
        for (int i = 0; i < dy.length; i++) {
            db[i / voxels % g.outputChannels()] += dy[i];
        }
    }

    private static void visitAll(Conv3dGeometry g, Visitor visitor) {
        Dims3 out = g.output();
        for (int n = 0; n < g.batch(); n++) {
            for (int o = 0; o < g.outputChannels(); o++) {
                for (int z = 0; z < out.product(); z++) {
                    int outputIndex = (n * g.outputChannels() + o) * out.product() + z;
                    visitWindow(
                            g, n, o, z / (out.h() * out.w()), z / out.w() % out.h(), z % out.w(), outputIndex, visitor);
                }
            }
        }
    }

    /** Visits the window of output voxel (od, oh, ow) of channel o of sample n. */
    private static void visitWindow(
            Conv3dGeometry g, int n, int o, int od, int oh, int ow, int outputIndex, Visitor visitor) {
        Dims3 in = g.input();
        Dims3 k = g.kernel();
        int firstChannel = o / g.groupOutputs() * g.groupInputs();
        for (int c = 0; c < g.groupInputs(); c++) {
            for (int kd = 0; kd < k.d(); kd++) {
                int id = od * g.stride().d()
                        - g.padding().d()
                        + kd * g.dilation().d();
                for (int kh = 0; kh < k.h(); kh++) {
                    int ih = oh * g.stride().h()
                            - g.padding().h()
                            + kh * g.dilation().h();
                    for (int kw = 0; kw < k.w(); kw++) {
                        int iw = ow * g.stride().w()
                                - g.padding().w()
                                + kw * g.dilation().w();
                        if (id >= 0 && id < in.d() && ih >= 0 && ih < in.h() && iw >= 0 && iw < in.w()) {
                            int channel = n * g.inputChannels() + firstChannel + c;
                            int inputIndex = ((channel * in.d() + id) * in.h() + ih) * in.w() + iw;
                            int weightIndex = (((o * g.groupInputs() + c) * k.d() + kd) * k.h() + kh) * k.w() + kw;
                            visitor.visit(outputIndex, weightIndex, inputIndex);
                        }
                    }
                }
            }
        }
    }
}
