package dev.voxgrad.bench.step;

import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.Conv3dImpl;
import org.bytedeco.pytorch.Conv3dOptions;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Represents a convolution without bias in libtorch, with an odd kernel of edge k and padding k/2.
 *
 * <p>The 2.5D kernel is (1,k,k), with the stride on all three axes. In an ACS convolution, the first ⌈O/3⌉ of O output
 * channels have kernels (1,k,k), the next ⌈(O−1)/3⌉ have (k,1,k) and the rest have (k,k,1).
 */
abstract class LibtorchConvolution {
    private final Module module;

    private LibtorchConvolution(Module module) {
        this.module = module;
    }

    /** Lists the ways to make a 2D convolution three-dimensional. */
    enum Kind {
        FLAT,
        CUBE,
        ACS
    }

    static LibtorchConvolution of(Kind kind, int inputs, int outputs, int kernel, int stride) {
        return switch (kind) {
            case FLAT -> new Plain(inputs, outputs, new long[] {1, kernel, kernel}, stride);
            case CUBE -> new Plain(inputs, outputs, new long[] {kernel, kernel, kernel}, stride);
            case ACS -> new Acs(inputs, outputs, kernel, stride);
        };
    }

    /** Returns the module that has the weight. */
    Module module() {
        return module;
    }

    abstract Tensor forward(Tensor x);

    private static final class Plain extends LibtorchConvolution {
        private final Conv3dImpl convolution;

        Plain(int inputs, int outputs, long[] kernel, int stride) {
            this(new Conv3dImpl(options(inputs, outputs, kernel, stride)));
        }

        private Plain(Conv3dImpl convolution) {
            super(convolution);
            this.convolution = convolution;
        }

        private static Conv3dOptions options(int inputs, int outputs, long[] kernel, int stride) {
            Conv3dOptions options = new Conv3dOptions(inputs, outputs, new LongPointer(kernel));
            options.stride().put(stride, stride, stride);
            options.padding().put(new LongPointer(kernel[0] / 2, kernel[1] / 2, kernel[2] / 2));
            options.bias().put(false);
            return options;
        }

        @Override
        Tensor forward(Tensor x) {
            return convolution.forward(x);
        }
    }

    /**
     * Runs three planar convolutions and concatenates their channels, as the official code does. The alternative, to
     * embed the kernels in k×k×k ones that are zero elsewhere and to run one convolution, took twice as long in both
     * phases of ResNet-18.
     */
    private static final class Acs extends LibtorchConvolution {
        private static final int VIEWS = 3;
        private static final long[] DILATION = {1, 1, 1};

        private final int outputs;
        private final int kernel;
        private final long[] stride;
        private final Tensor weight;
        private final TensorOptional noBias = new TensorOptional();

        Acs(int inputs, int outputs, int kernel, int stride) {
            super(new Module("Acs"));
            this.outputs = outputs;
            this.kernel = kernel;
            this.stride = new long[] {stride, stride, stride};
            double bound = 1 / Math.sqrt((double) inputs * kernel * kernel);
            Tensor start = torch.zeros(outputs, inputs, kernel, kernel);
            torch.uniform_(start, -bound, bound);
            weight = module().register_parameter("weight", start);
        }

        @Override
        Tensor forward(Tensor x) {
            if (kernel == 1) {
                return convolve(x, weight.unsqueeze(2), new long[VIEWS]);
            }
            TensorVector views = new TensorVector();
            int from = 0;
            for (int view = 0; view < VIEWS; view++) {
                int count = (outputs + VIEWS - 1 - view) / VIEWS;
                long[] padding = {kernel / 2, kernel / 2, kernel / 2};
                padding[view] = 0;
                views.push_back(convolve(x, weight.narrow(0, from, count).unsqueeze(2L + view), padding));
                from += count;
            }
            return torch.cat(views, 1);
        }

        private Tensor convolve(Tensor x, Tensor kernels, long[] padding) {
            return torch.conv3d(x, kernels, noBias, stride, padding, DILATION, 1);
        }
    }
}
