package dev.voxgrad.engine.op.pool3d;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CpuStorage;
import dev.voxgrad.engine.device.cpu.Lanes;

/**
 * Implements {@link AdaptiveAvgPool3dKernels} with the Vector API: a vector holds neighbouring channels of one voxel.
 */
record AdaptiveAvgPool3dCpu(CpuDevice device) implements AdaptiveAvgPool3dKernels {
    private static final VectorSpecies<Float> S = Lanes.SPECIES;

    @Override
    public void forward(Tensor input, Tensor output) {
        float[] x = CpuStorage.array(input);
        float[] y = CpuStorage.array(output);
        int channels = input.shape().dim(1);
        Dims3 in = input.shape().spatial();
        Dims3 out = output.shape().spatial();
        device.parallel(output.shape().dim(0) * out.product(), task -> {
            int volume = task / out.product() * in.product();
            Window depths = Window.bin(task / out.w() / out.h() % out.d(), out.d(), in.d());
            Window heights = Window.bin(task / out.w() % out.h(), out.h(), in.h());
            Window widths = Window.bin(task % out.w(), out.w(), in.w());
            int o = task * channels;
            Arrays.fill(y, o, o + channels, 0);
            for (int d = depths.from(); d < depths.to(); d++) {
                for (int h = heights.from(); h < heights.to(); h++) {
                    int row = (volume + (d * in.h() + h) * in.w() + widths.from()) * channels;
                    addRow(x, row, widths.length(), channels, y, o);
                }
            }
            scale(y, o, channels, 1f / (depths.length() * heights.length() * widths.length()), y, o);
        });
    }

    /**
     * Adds a row of voxels to the C sums at {@code to}. The row is summed first, so that rounding errors stay small.
     */
    private static void addRow(float[] x, int from, int voxels, int channels, float[] y, int to) {
        int end = from + voxels * channels;
        int c = 0;
        for (; c <= channels - S.length(); c += S.length()) {
            FloatVector sum = FloatVector.zero(S);
            for (int i = from + c; i < end; i += channels) {
                sum = sum.add(FloatVector.fromArray(S, x, i));
            }
            sum.add(FloatVector.fromArray(S, y, to + c)).intoArray(y, to + c);
        }
        for (; c < channels; c++) {
            float sum = 0;
            for (int i = from + c; i < end; i += channels) {
                sum += x[i];
            }
            y[to + c] += sum;
        }
    }

    /**
     * Gathers the gradient of each input voxel from the bins that contain it, so that no two tasks write to the same
     * place.
     */
    @Override
    public void backward(Tensor gradOutput, Tensor gradInput) {
        float[] dy = CpuStorage.array(gradOutput);
        float[] dx = CpuStorage.array(gradInput);
        int channels = gradInput.shape().dim(1);
        Dims3 in = gradInput.shape().spatial();
        Dims3 out = gradOutput.shape().spatial();
        device.parallel(gradInput.shape().dim(0) * in.d(), task -> {
            int sample = task / in.d();
            int d = task % in.d();
            for (int h = 0; h < in.h(); h++) {
                for (int w = 0; w < in.w(); w++) {
                    int to = ((task * in.h() + h) * in.w() + w) * channels;
                    gather(dy, sample, out, in, d, h, w, channels, dx, to);
                }
            }
        });
    }

    private static void gather(
            float[] dy, int sample, Dims3 out, Dims3 in, int d, int h, int w, int channels, float[] dx, int to) {
        Window depths = Window.binsOf(d, out.d(), in.d());
        Window heights = Window.binsOf(h, out.h(), in.h());
        Window widths = Window.binsOf(w, out.w(), in.w());
        boolean first = true;
        for (int od = depths.from(); od < depths.to(); od++) {
            int binDepth = Window.bin(od, out.d(), in.d()).length();
            for (int oh = heights.from(); oh < heights.to(); oh++) {
                int binArea = binDepth * Window.bin(oh, out.h(), in.h()).length();
                for (int ow = widths.from(); ow < widths.to(); ow++) {
                    float share =
                            1f / (binArea * Window.bin(ow, out.w(), in.w()).length());
                    int from = (((sample * out.d() + od) * out.h() + oh) * out.w() + ow) * channels;
                    if (first) {
                        scale(dy, from, channels, share, dx, to);
                    } else {
                        addScaled(dy, from, channels, share, dx, to);
                    }
                    first = false;
                }
            }
        }
    }

    private static void scale(float[] x, int from, int n, float factor, float[] y, int to) {
        int i = 0;
        for (; i <= n - S.length(); i += S.length()) {
            FloatVector.fromArray(S, x, from + i).mul(factor).intoArray(y, to + i);
        }
        for (; i < n; i++) {
            y[to + i] = x[from + i] * factor;
        }
    }

    private static void addScaled(float[] x, int from, int n, float factor, float[] y, int to) {
        FloatVector factors = FloatVector.broadcast(S, factor);
        int i = 0;
        for (; i <= n - S.length(); i += S.length()) {
            FloatVector sum = FloatVector.fromArray(S, y, to + i);
            FloatVector.fromArray(S, x, from + i).fma(factors, sum).intoArray(y, to + i);
        }
        for (; i < n; i++) {
            y[to + i] = Math.fma(x[from + i], factor, y[to + i]);
        }
    }
}
