package dev.voxgrad.engine.op.pool3d;

import java.util.Arrays;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.ReferenceStorage;

/** Implements {@link AdaptiveAvgPool3dKernels} in plain loops, in double; both passes visit the voxels of each bin. */
final class AdaptiveAvgPool3dReference implements AdaptiveAvgPool3dKernels {
    @Override
    public void forward(Tensor input, Tensor output) {
        double[] x = ReferenceStorage.array(input);
        double[] y = ReferenceStorage.array(output);
        for (int o = 0; o < y.length; o++) {
            int[] bin = bin(o, input.shape().spatial(), output.shape().spatial());
            double sum = 0;
            for (int i : bin) {
                sum += x[i];
            }
            y[o] = sum / bin.length;
        }
    }

    @Override
    public void backward(Tensor gradOutput, Tensor gradInput) {
        double[] dy = ReferenceStorage.array(gradOutput);
        double[] dx = ReferenceStorage.array(gradInput);
        Arrays.fill(dx, 0);
        for (int o = 0; o < dy.length; o++) {
            int[] bin = bin(o, gradInput.shape().spatial(), gradOutput.shape().spatial());
            for (int i : bin) {
                dx[i] += dy[o] / bin.length;
            }
        }
    }

    /** Returns the indices of the input elements whose mean is the {@code o}-th element of the output. */
    private static int[] bin(int o, Dims3 in, Dims3 out) {
        int volume = o / out.product() * in.product();
        Window depths = Window.bin(o / out.w() / out.h() % out.d(), out.d(), in.d());
        Window heights = Window.bin(o / out.w() % out.h(), out.h(), in.h());
        Window widths = Window.bin(o % out.w(), out.w(), in.w());
        int[] indices = new int[depths.length() * heights.length() * widths.length()];
        int next = 0;
        for (int d = depths.from(); d < depths.to(); d++) {
            for (int h = heights.from(); h < heights.to(); h++) {
                for (int w = widths.from(); w < widths.to(); w++) {
                    indices[next++] = volume + (d * in.h() + h) * in.w() + w;
                }
            }
        }
        return indices;
    }
}
