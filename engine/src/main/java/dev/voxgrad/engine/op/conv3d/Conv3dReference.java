package dev.voxgrad.engine.op.conv3d;

import java.util.Arrays;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.ReferenceStorage;

/**
 * {@link Conv3dKernels} in plain loops. The three large kernels are one loop over every (output voxel, weight) pair
 * that meets an input voxel; they differ only in which of the three values is the sum of products of the other two.
 * Whatever has sums of its own (a sample's channel, a sample, a channel's weights) can be on a thread of its own.
 *
 * @param offsets says where each tap of a kernel is
 */
public record Conv3dReference(Offsets offsets) implements Conv3dKernels {
    /** Locates the taps of kernels. */
    @FunctionalInterface
    public interface Offsets {
        /**
         * Returns the input voxel that a tap of output channel {@code output} meets for output voxel 0; it may be
         * outside the volume. For output voxel z, it is z·stride further.
         *
         * @param tap index of a weight among the {@link Conv3dGeometry#taps} of a kernel
         */
        Dims3 of(Conv3dGeometry g, int output, int tap);
    }

    /**
     * Processes triples of indices into output, weight and input: {@code count} outputs one after the other, one
     * weight, and inputs {@code step} apart.
     */
    @FunctionalInterface
    private interface Visitor {
        void visit(int output, int weight, int input, int step, int count);
    }

    /** Creates the kernels of ordinary convolutions. */
    public Conv3dReference() {
        this(Conv3dReference::offset);
    }

    private static Dims3 offset(Conv3dGeometry g, int output, int tap) {
        Dims3 k = g.kernel();
        return new Dims3(
                tap / (k.h() * k.w()) * g.dilation().d() - g.padding().d(),
                tap / k.w() % k.h() * g.dilation().h() - g.padding().h(),
                tap % k.w() * g.dilation().w() - g.padding().w());
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
        parallel(
                g.batch() * g.outputChannels(),
                row -> visitChannel(g, row / g.outputChannels(), row % g.outputChannels(), (o, k, i, step, count) -> {
                    for (int j = 0; j < count; j++) {
                        y[o + j] += w[k] * x[i + j * step];
                    }
                }));
    }

    @Override
    public void gradInput(Conv3dGeometry g, Tensor gradOutput, Tensor weight, Tensor gradInput) {
        double[] dy = ReferenceStorage.array(gradOutput);
        double[] w = ReferenceStorage.array(weight);
        double[] dx = ReferenceStorage.array(gradInput);
        Arrays.fill(dx, 0);
        parallel(g.batch(), n -> {
            for (int output = 0; output < g.outputChannels(); output++) {
                visitChannel(g, n, output, (o, k, i, step, count) -> {
                    for (int j = 0; j < count; j++) {
                        dx[i + j * step] += w[k] * dy[o + j];
                    }
                });
            }
        });
    }

    @Override
    public void gradWeight(Conv3dGeometry g, Tensor input, Tensor gradOutput, Tensor gradWeight) {
        double[] x = ReferenceStorage.array(input);
        double[] dy = ReferenceStorage.array(gradOutput);
        double[] dw = ReferenceStorage.array(gradWeight);
        Arrays.fill(dw, 0);
        parallel(g.outputChannels(), output -> {
            for (int n = 0; n < g.batch(); n++) {
                visitChannel(g, n, output, (o, k, i, step, count) -> {
                    double sum = 0;
                    for (int j = 0; j < count; j++) {
                        sum += dy[o + j] * x[i + j * step];
                    }
                    dw[k] += sum;
                });
            }
        });
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

    private static void parallel(int tasks, IntConsumer task) {
        IntStream.range(0, tasks).parallel().forEach(task);
    }

    /** Visits all that output channel {@code o} of sample {@code n} meets. */
    private void visitChannel(Conv3dGeometry g, int n, int o, Visitor visitor) {
        int firstInput = n * g.inputChannels() + o / g.groupOutputs() * g.groupInputs();
        for (int c = 0; c < g.groupInputs(); c++) {
            int firstWeight = (o * g.groupInputs() + c) * g.taps();
            for (int tap = 0; tap < g.taps(); tap++) {
                Dims3 offset = offsets.of(g, o, tap);
                visitRows(g, offset, n * g.outputChannels() + o, firstWeight + tap, firstInput + c, visitor);
            }
        }
    }

    /** Visits what one weight meets, row by row; a channel's number counts those of the samples before, too. */
    private static void visitRows(
            Conv3dGeometry g, Dims3 offset, int outputChannel, int weight, int inputChannel, Visitor visitor) {
        Dims3 in = g.input();
        Dims3 out = g.output();
        int step = g.stride().w();
        int first = Math.max(0, Math.ceilDiv(-offset.w(), step));
        int end = Math.min(out.w(), Math.ceilDiv(in.w() - offset.w(), step));
        if (first >= end) {
            return;
        }
        for (int od = 0; od < out.d(); od++) {
            int id = od * g.stride().d() + offset.d();
            for (int oh = 0; oh < out.h(); oh++) {
                int ih = oh * g.stride().h() + offset.h();
                if (id >= 0 && id < in.d() && ih >= 0 && ih < in.h()) {
                    int output = ((outputChannel * out.d() + od) * out.h() + oh) * out.w() + first;
                    int input = ((inputChannel * in.d() + id) * in.h() + ih) * in.w() + first * step + offset.w();
                    visitor.visit(output, weight, input, step, end - first);
                }
            }
        }
    }
}
