package dev.voxgrad.engine.op.pool3d;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CpuStorage;
import dev.voxgrad.engine.device.cpu.Lanes;

/**
 * Implements {@link MaxPool3dKernels} with the Vector API: a vector holds neighbouring channels of one voxel. Windows
 * stay in the first-level cache while they are searched, so that memory bandwidth limits both kernels.
 */
record MaxPool3dCpu(CpuDevice device) implements MaxPool3dKernels {
    private static final VectorSpecies<Float> S = Lanes.SPECIES;

    @Override
    public void forward(Tensor input, MaxPool3dOp pool, Tensor output) {
        float[] x = CpuStorage.array(input);
        float[] y = CpuStorage.array(output);
        int channels = input.shape().dim(1);
        Dims3 in = input.shape().spatial();
        Dims3 out = output.shape().spatial();
        device.parallel(input.shape().dim(0) * out.d(), task -> {
            int volume = task / out.d() * in.product();
            Window depths = pool.depths(task % out.d(), in);
            for (int h = 0; h < out.h(); h++) {
                Window heights = pool.heights(h, in);
                for (int w = 0; w < out.w(); w++) {
                    int o = ((task * out.h() + h) * out.w() + w) * channels;
                    maximum(x, y, o, volume, depths, heights, pool.widths(w, in), in, channels);
                }
            }
        });
    }

    /** Writes the maxima of one window, for all channels. */
    private static void maximum(
            float[] x,
            float[] y,
            int o,
            int volume,
            Window depths,
            Window heights,
            Window widths,
            Dims3 in,
            int channels) {
        int c = 0;
        for (; c <= channels - S.length(); c += S.length()) {
            FloatVector best = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
            for (int d = depths.from(); d < depths.to(); d++) {
                for (int h = heights.from(); h < heights.to(); h++) {
                    int row = (volume + (d * in.h() + h) * in.w()) * channels + c;
                    for (int w = widths.from(); w < widths.to(); w++) {
                        best = larger(best, FloatVector.fromArray(S, x, row + w * channels));
                    }
                }
            }
            best.intoArray(y, o + c);
        }
        for (; c < channels; c++) {
            y[o + c] = x[indexOfMaximum(x, volume, depths, heights, widths, in, channels, c)];
        }
    }

    /** Returns the larger of both, or NaN if the candidate is NaN. */
    private static FloatVector larger(FloatVector best, FloatVector candidate) {
        VectorMask<Float> better = candidate.compare(VectorOperators.GT, best);
        VectorMask<Float> nan = candidate.compare(VectorOperators.NE, candidate);
        return best.blend(candidate, better.or(nan));
    }

    private static int indexOfMaximum(
            float[] x, int volume, Window depths, Window heights, Window widths, Dims3 in, int channels, int c) {
        int best = (volume + (depths.from() * in.h() + heights.from()) * in.w() + widths.from()) * channels + c;
        for (int d = depths.from(); d < depths.to(); d++) {
            for (int h = heights.from(); h < heights.to(); h++) {
                for (int w = widths.from(); w < widths.to(); w++) {
                    int i = (volume + (d * in.h() + h) * in.w() + w) * channels + c;
                    if (x[i] > x[best] || Float.isNaN(x[i])) {
                        best = i;
                    }
                }
            }
        }
        return best;
    }

    /**
     * Writes the gradient of the input. A task owns the input planes that its windows reach: those of one output plane
     * if windows do not overlap in depth, and a whole sample if they do.
     */
    @Override
    public void backward(Tensor input, @Nullable Tensor output, MaxPool3dOp pool, Tensor gradOutput, Tensor gradInput) {
        float[] x = CpuStorage.array(input);
        float[] dy = CpuStorage.array(gradOutput);
        float[] dx = CpuStorage.array(gradInput);
        int channels = input.shape().dim(1);
        Dims3 in = input.shape().spatial();
        Dims3 out = gradOutput.shape().spatial();
        int plane = in.h() * in.w() * channels;
        int tasksPerSample = pool.kernel().d() <= pool.stride().d() ? out.d() : 1;
        int depthsPerTask = out.d() / tasksPerSample;
        device.parallel(input.shape().dim(0) * tasksPerSample, task -> {
            int sample = task / tasksPerSample;
            int part = task % tasksPerSample;
            int firstPlane =
                    part == 0 ? 0 : part * pool.stride().d() - pool.padding().d();
            int lastPlane = part == tasksPerSample - 1
                    ? in.d()
                    : (part + 1) * pool.stride().d() - pool.padding().d();
            Arrays.fill(dx, (sample * in.d() + firstPlane) * plane, (sample * in.d() + lastPlane) * plane, 0);
            for (int d = part * depthsPerTask; d < (part + 1) * depthsPerTask; d++) {
                Window depths = pool.depths(d, in);
                for (int h = 0; h < out.h(); h++) {
                    Window heights = pool.heights(h, in);
                    for (int w = 0; w < out.w(); w++) {
                        int o = (((sample * out.d() + d) * out.h() + h) * out.w() + w) * channels;
                        backward(
                                x, dy, dx, o, sample * in.product(), depths, heights, pool.widths(w, in), in, channels);
                    }
                }
            }
        });
    }

    /** Adds the gradients of one window's results to the voxels they came from, for all channels. */
    private static void backward(
            float[] x,
            float[] dy,
            float[] dx,
            int o,
            int volume,
            Window depths,
            Window heights,
            Window widths,
            Dims3 in,
            int channels) {
        int c = 0;
        for (; c <= channels - S.length(); c += S.length()) {
            FloatVector best = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
            for (int d = depths.from(); d < depths.to(); d++) {
                for (int h = heights.from(); h < heights.to(); h++) {
                    int row = (volume + (d * in.h() + h) * in.w()) * channels + c;
                    for (int w = widths.from(); w < widths.to(); w++) {
                        best = larger(best, FloatVector.fromArray(S, x, row + w * channels));
                    }
                }
            }
            if (best.compare(VectorOperators.NE, best).anyTrue()) {
                backwardByChannel(x, dy, dx, o, volume, depths, heights, widths, in, channels, c, c + S.length());
                continue;
            }
            // The gradient that remains: a lane is set to zero once its first maximum has received it.
            FloatVector gradient = FloatVector.fromArray(S, dy, o + c);
            for (int d = depths.from(); d < depths.to(); d++) {
                for (int h = heights.from(); h < heights.to(); h++) {
                    int row = (volume + (d * in.h() + h) * in.w()) * channels + c;
                    for (int w = widths.from(); w < widths.to(); w++) {
                        int i = row + w * channels;
                        VectorMask<Float> taker = FloatVector.fromArray(S, x, i).compare(VectorOperators.EQ, best);
                        FloatVector zero = FloatVector.zero(S);
                        FloatVector.fromArray(S, dx, i)
                                .add(zero.blend(gradient, taker))
                                .intoArray(dx, i);
                        gradient = gradient.blend(zero, taker);
                    }
                }
            }
        }
        backwardByChannel(x, dy, dx, o, volume, depths, heights, widths, in, channels, c, channels);
    }

    private static void backwardByChannel(
            float[] x,
            float[] dy,
            float[] dx,
            int o,
            int volume,
            Window depths,
            Window heights,
            Window widths,
            Dims3 in,
            int channels,
            int fromChannel,
            int toChannel) {
        for (int c = fromChannel; c < toChannel; c++) {
            dx[indexOfMaximum(x, volume, depths, heights, widths, in, channels, c)] += dy[o + c];
        }
    }
}
