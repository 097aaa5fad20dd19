package dev.voxgrad.engine.op.conv3d.cuda;

import java.util.List;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Layout;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.cuda.cudnn.Convolution;
import dev.voxgrad.engine.cuda.cudnn.ConvolutionPass;
import dev.voxgrad.engine.cuda.cudnn.ConvolutionShape;
import dev.voxgrad.engine.cuda.cudnn.Cudnn;
import dev.voxgrad.engine.cuda.cudnn.UnsupportedConvolutionException;
import dev.voxgrad.engine.cuda.driver.DeviceBuffer;
import dev.voxgrad.engine.cuda.nvrtc.CudaSource;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.CudaStorage;
import dev.voxgrad.engine.device.cuda.CudaOperand;
import dev.voxgrad.engine.device.cuda.ElementType;
import dev.voxgrad.engine.op.batchnorm.ChannelsCuda;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;
import dev.voxgrad.engine.op.conv3d.Conv3dKernels;

/**
 * {@link Conv3dKernels} on a GPU: the three passes by cuDNN, the bias by the engine's own kernels.
 *
 * <p>With bfloat16 activations, cuDNN requires weights in bfloat16 as well, in the order (O,KD,KH,KW,C): for each pass
 * they are packed again from the float32 parameters, which are small compared with activations. Gradients are unpacked.
 */
public final class Conv3dCuda implements Conv3dKernels {
    private static final CudaSource SOURCE = new CudaSource(Conv3dCuda.class, "conv3d");

    private final CudaDevice device;
    private final ElementType type;
    private final Conv3dSelfCheck selfCheck;

    /** Creates the kernels for a GPU. */
    public Conv3dCuda(CudaDevice device) {
        this.device = device;
        this.type = device.precision().activations();
        this.selfCheck = new Conv3dSelfCheck(device);
    }

    @Override
    public void forward(Conv3dGeometry g, Tensor input, Tensor weight, @Nullable Tensor bias, Tensor output) {
        run(ConvolutionPass.FORWARD, g, input, weight, output, convolution -> {
            try (CudaOperand x = CudaOperand.read(input, type);
                    CudaOperand w = packed(g, weight)) {
                convolution.forward(
                        x.buffer(), w.buffer(), CudaStorage.of(output).buffer());
            }
        });
        if (bias != null) {
            int n = output.shape().elements();
            device.kernel(SOURCE, "add_bias", output)
                    .floats(bias)
                    .out(output)
                    .i32(ChannelsCuda.of(output).activation())
                    .i32(n)
                    .over(n);
        }
    }

    @Override
    public void gradInput(Conv3dGeometry g, Tensor gradOutput, Tensor weight, Tensor gradInput) {
        run(ConvolutionPass.GRAD_INPUT, g, weight, gradOutput, gradInput, convolution -> {
            try (CudaOperand dy = CudaOperand.read(gradOutput, type);
                    CudaOperand w = packed(g, weight);
                    CudaOperand dx = CudaOperand.written(gradInput, type)) {
                convolution.gradInput(w.buffer(), dy.buffer(), dx.buffer());
            }
        });
    }

    @Override
    public void gradWeight(Conv3dGeometry g, Tensor input, Tensor gradOutput, Tensor gradWeight) {
        run(ConvolutionPass.GRAD_WEIGHT, g, input, gradOutput, gradWeight, convolution -> {
            try (CudaOperand x = CudaOperand.read(input, type);
                    CudaOperand dy = CudaOperand.read(gradOutput, type)) {
                gradWeight(g, convolution, x.buffer(), dy.buffer(), gradWeight);
            }
        });
    }

    private void gradWeight(
            Conv3dGeometry g, Convolution convolution, DeviceBuffer x, DeviceBuffer dy, Tensor gradWeight) {
        if (type == ElementType.FLOAT32) {
            convolution.gradWeight(x, dy, CudaStorage.of(gradWeight).buffer());
            return;
        }
        int n = gradWeight.shape().elements();
        try (CudaOperand dw = CudaOperand.scratch(device, device.borrow((long) type.bytes() * n))) {
            convolution.gradWeight(x, dy, dw.buffer());
            device.kernel(SOURCE, "unpack_weight")
                    .add(dw.buffer())
                    .out(gradWeight)
                    .i32(g.groupInputs())
                    .i32(g.kernel().product())
                    .i32(n)
                    .over(n);
        }
    }

    /**
     * Runs a pass, and checks its result the first time. A pass that cuDNN lacks in bfloat16 is computed in float32,
     * which the log reports.
     */
    private void run(
            ConvolutionPass pass,
            Conv3dGeometry g,
            Tensor first,
            Tensor second,
            Tensor result,
            Consumer<Convolution> inOwnType) {
        ConvolutionShape shape = shape(g);
        Convolution convolution = device.cudnn().convolution(shape);
        if (!convolution.lacks(pass)) {
            try {
                inOwnType.accept(convolution);
                if (selfCheck.isDue(convolution, pass)) {
                    selfCheck.check(pass, shape, first, second, result);
                }
                return;
            } catch (UnsupportedConvolutionException e) {
                if (type == ElementType.FLOAT32) {
                    throw e;
                }
                boolean any = device.usesFastestAlgorithms();
                device.note("conv3d " + pass + " of " + shape.input() + ", weight " + shape.weight() + ": in float32, "
                        + "which is slower, as cuDNN " + Cudnn.inWords(Cudnn.version()) + " has no "
                        + (any ? "" : "deterministic ") + "algorithm in bfloat16"
                        + (any ? "" : "; --fast-algorithms takes others, too"));
            }
        }
        new Conv3dFloat32(device).runInto(pass, shape, first, second, result);
    }

    @Override
    public void gradBias(Conv3dGeometry g, Tensor gradOutput, Tensor gradBias) {
        ChannelsCuda channels = ChannelsCuda.of(gradOutput);
        DeviceBuffer parts = device.borrow((long) Float.BYTES * channels.chunks() * channels.channels());
        channels.kernel(device, SOURCE, "bias_gradient_parts", gradOutput)
                .in(gradOutput)
                .add(parts)
                .i32(channels.activation())
                .i32(channels.rows())
                .on(channels.grid());
        device.kernel(SOURCE, "bias_gradient")
                .add(parts)
                .i32(channels.chunks())
                .i32(channels.channels())
                .out(gradBias)
                .on(channels.joining());
        device.giveBack(parts);
    }

    private CudaOperand packed(Conv3dGeometry g, Tensor weight) {
        CudaStorage storage = CudaStorage.of(weight);
        if (type == ElementType.FLOAT32) {
            return new CudaOperand(storage.buffer(), () -> {});
        }
        int n = storage.elements();
        DeviceBuffer result = device.borrow((long) type.bytes() * n);
        device.kernel(SOURCE, "pack_weight")
                .floats(weight)
                .add(result)
                .i32(g.groupInputs())
                .i32(g.kernel().product())
                .i32(n)
                .over(n);
        return CudaOperand.scratch(device, result);
    }

    private ConvolutionShape shape(Conv3dGeometry g) {
        return new ConvolutionShape(
                List.of(
                        g.batch(),
                        g.inputChannels(),
                        g.input().d(),
                        g.input().h(),
                        g.input().w()),
                List.of(
                        g.outputChannels(),
                        g.groupInputs(),
                        g.kernel().d(),
                        g.kernel().h(),
                        g.kernel().w()),
                List.of(
                        g.batch(),
                        g.outputChannels(),
                        g.output().d(),
                        g.output().h(),
                        g.output().w()),
                g.padding().toList(),
                g.stride().toList(),
                g.dilation().toList(),
                g.groups(),
                device.activationLayout() == Layout.CHANNELS_LAST,
                type == ElementType.BFLOAT16);
    }
}
