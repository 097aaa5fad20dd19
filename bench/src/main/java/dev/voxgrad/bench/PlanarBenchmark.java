package dev.voxgrad.bench;

import org.openjdk.jmh.annotations.Param;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.autograd.Op;
import dev.voxgrad.engine.device.ConvolutionMode;
import dev.voxgrad.engine.op.acsconv3d.AcsConv3dOp;
import dev.voxgrad.engine.op.conv3d.Conv3dOp;

/**
 * Measures the 3×3 convolutions in planes of the ResNets with 2.5D and ACS kernels.
 *
 * <p>FLOP are counted as in direct convolution without borders, 2·9·in·out per voxel and pass, whatever the algorithm,
 * so a fast algorithm may exceed the machine's arithmetic peak.
 */
@SuppressWarnings("NullAway.Init") // prepare() sets the fields.
public class PlanarBenchmark extends OpBenchmark {
    /** The channels and the edge of the volume, in the order of the nets' layers. */
    @Param({"64-28", "128-14", "256-7", "512-4"})
    public String layer;

    /** The kernels: {@code 1x3x3} or {@code acs}, a third of the output channels in each orientation. */
    @Param({"1x3x3", "acs"})
    public String kernel;

    /** The algorithm: {@code direct} or, as in training and always on a GPU, {@code auto}. */
    @Param({"direct", "auto"})
    public String convolution;

    private int channels;
    private int edge;

    @Override
    ConvolutionMode convolution() {
        return ConvolutionMode.byFlag(convolution);
    }

    @Override
    void prepare() {
        int[] sizes = numbers(layer);
        channels = sizes[0];
        edge = sizes[1];
        super.prepare();
    }

    private boolean acs() {
        return "acs".equals(kernel);
    }

    @Override
    Op op() {
        return acs() ? AcsConv3dOp.same(3, 1) : new Conv3dOp(Dims3.ONE, new Dims3(0, 1, 1), Dims3.ONE, 1);
    }

    @Override
    Tensor[] inputs() {
        Tensor weight = acs() ? parameter(channels, channels, 3, 3) : parameter(channels, channels, 1, 3, 3);
        return new Tensor[] {activation(Shape.of(batch, channels, edge, edge, edge)), weight};
    }

    @Override
    double forwardFlop() {
        return 2.0 * 9 * channels * channels * batch * edge * edge * edge;
    }

    @Override
    double backwardFlop() {
        return 2 * forwardFlop();
    }
}
