package dev.voxgrad.engine.op.pool3d;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.ReferenceStorage;

/** Implements {@link MaxPool3dKernels} in plain loops, in double. */
final class MaxPool3dReference implements MaxPool3dKernels {
    @Override
    public void forward(Tensor input, MaxPool3dOp pool, Tensor output) {
        double[] x = ReferenceStorage.array(input);
        double[] y = ReferenceStorage.array(output);
        for (int o = 0; o < y.length; o++) {
            y[o] = x[
                    indexOfMaximum(
                            x, input.shape().spatial(), pool, o, output.shape().spatial())];
        }
    }

    @Override
    public void backward(Tensor input, @Nullable Tensor output, MaxPool3dOp pool, Tensor gradOutput, Tensor gradInput) {
        double[] x = ReferenceStorage.array(input);
        double[] dy = ReferenceStorage.array(gradOutput);
        double[] dx = ReferenceStorage.array(gradInput);
        Arrays.fill(dx, 0);
        for (int o = 0; o < dy.length; o++) {
            dx[
                    indexOfMaximum(
                            x,
                            input.shape().spatial(),
                            pool,
                            o,
                            gradOutput.shape().spatial())] += dy[o];
        }
    }

    /** Returns the index of the input element that the {@code o}-th element of the output comes from. */
    private static int indexOfMaximum(double[] x, Dims3 in, MaxPool3dOp pool, int o, Dims3 out) {
        int volume = o / out.product() * in.product();
        Window depths = pool.depths(o / out.w() / out.h() % out.d(), in);
        Window heights = pool.heights(o / out.w() % out.h(), in);
        Window widths = pool.widths(o % out.w(), in);
        int best = volume + (depths.from() * in.h() + heights.from()) * in.w() + widths.from();
        for (int d = depths.from(); d < depths.to(); d++) {
            for (int h = heights.from(); h < heights.to(); h++) {
                for (int w = widths.from(); w < widths.to(); w++) {
                    int i = volume + (d * in.h() + h) * in.w() + w;
                    if (x[i] > x[best] || Double.isNaN(x[i])) {
                        best = i;
                    }
                }
            }
        }
        return best;
    }
}
