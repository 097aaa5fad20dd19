package dev.voxgrad.engine.op.conv3d;

import java.util.List;

import dev.voxgrad.engine.Layout;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.cuda.Convolution;
import dev.voxgrad.engine.cuda.ConvolutionShape;
import dev.voxgrad.engine.cuda.CudaSource;
import dev.voxgrad.engine.cuda.DeviceBuffer;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.CudaOperand;
import dev.voxgrad.engine.device.CudaStorage;
import dev.voxgrad.engine.device.ElementType;
import dev.voxgrad.engine.op.batchnorm.ChannelsCuda;

/**
 * {@link Conv3dKernels} on a GPU: the three passes by cuDNN, the bias by kernels of ours.
 *
 * <p>With bfloat16 activations, cuDNN wants weights of bfloat16 too, in the order (O,KD,KH,KW,C): they are packed anew
 * for each pass from the float32 parameters, which are small beside activations, and gradients are unpacked.
 */
public final class Conv3dCuda implements Conv3dKernels {
    private static final CudaSource SOURCE = new CudaSource(Conv3dCuda.class, "conv3d");

    private final CudaDevice device;
    private final ElementType type;
    private final Conv3dProof proof;

    public Conv3dCuda(CudaDevice device) {
        this.device = device;
        this.type = device.precision().activations();
        this.proof = new Conv3dProof(device);
    }

    @Override
    public void forward(Conv3dGeometry g, Tensor input, Tensor weight, Tensor bias, Tensor output) {
        Convolution convolution = convolution(g);
        try (CudaOperand x = CudaOperand.read(input, type); CudaOperand w = packed(g, weight)) {
            convolution.forward(x.buffer(), w.buffer(), CudaStorage.of(output).buffer());
        }
        if (proof.isDue(convolution, "forward")) {
            proof.forward(shape(g), input, weight, output);
        }
        if (bias != null) {
            int n = output.shape().elements();
            device.kernel(SOURCE, "add_bias", output).floats(bias).out(output)
                    .i32(ChannelsCuda.of(output).activation()).i32(n).over(n);
        }
    }

    @Override
    public void gradInput(Conv3dGeometry g, Tensor gradOutput, Tensor weight, Tensor gradInput) {
        Convolution convolution = convolution(g);
        try (CudaOperand dy = CudaOperand.read(gradOutput, type); CudaOperand w = packed(g, weight);
                CudaOperand dx = CudaOperand.written(gradInput, type)) {
            convolution.gradInput(w.buffer(), dy.buffer(), dx.buffer());
        }
        if (proof.isDue(convolution, "input gradient")) {
            proof.gradInput(shape(g), weight, gradOutput, gradInput);
        }
    }

    @Override
    public void gradWeight(Conv3dGeometry g, Tensor input, Tensor gradOutput, Tensor gradWeight) {
        Convolution convolution = convolution(g);
        try (CudaOperand x = CudaOperand.read(input, type); CudaOperand dy = CudaOperand.read(gradOutput, type)) {
            gradWeight(g, convolution, x.buffer(), dy.buffer(), gradWeight);
        }
        if (proof.isDue(convolution, "weight gradient")) {
            proof.gradWeight(shape(g), input, gradOutput, gradWeight);
        }
    }

    private void gradWeight(Conv3dGeometry g, Convolution convolution, DeviceBuffer x, DeviceBuffer dy,
            Tensor gradWeight) {
        if (type == ElementType.FLOAT32) {
            convolution.gradWeight(x, dy, CudaStorage.of(gradWeight).buffer());
            return;
        }
        int n = gradWeight.shape().elements();
        DeviceBuffer dw = device.borrow((long) type.bytes() * n);
        convolution.gradWeight(x, dy, dw);
        device.kernel(SOURCE, "unpack_weight").add(dw).out(gradWeight).i32(g.groupInputs()).i32(g.kernel().product())
                .i32(n).over(n);
        device.giveBack(dw);
    }

    @Override
    public void gradBias(Conv3dGeometry g, Tensor gradOutput, Tensor gradBias) {
        ChannelsCuda channels = ChannelsCuda.of(gradOutput);
        DeviceBuffer parts = device.borrow((long) Float.BYTES * channels.chunks() * channels.channels());
        channels.kernel(device, SOURCE, "bias_gradient_parts", gradOutput).in(gradOutput).add(parts)
                .i32(channels.activation()).i32(channels.rows()).on(channels.grid());
        device.kernel(SOURCE, "bias_gradient").add(parts).i32(channels.chunks()).i32(channels.channels())
                .out(gradBias).on(channels.joining());
        device.giveBack(parts);
    }

    private CudaOperand packed(Conv3dGeometry g, Tensor weight) {
        CudaStorage storage = CudaStorage.of(weight);
        if (type == ElementType.FLOAT32) {
            return new CudaOperand(storage.buffer(), () -> { });
        }
        int n = storage.elements();
        DeviceBuffer result = device.borrow((long) type.bytes() * n);
        device.kernel(SOURCE, "pack_weight").floats(weight).add(result).i32(g.groupInputs())
                .i32(g.kernel().product()).i32(n).over(n);
        return CudaOperand.scratch(device, result);
    }

    private Convolution convolution(Conv3dGeometry g) {
        return device.cudnn().convolution(shape(g));
    }

    private ConvolutionShape shape(Conv3dGeometry g) {
        return new ConvolutionShape(
                List.of(g.batch(), g.inputChannels(), g.input().d(), g.input().h(), g.input().w()),
                List.of(g.outputChannels(), g.groupInputs(), g.kernel().d(), g.kernel().h(), g.kernel().w()),
                List.of(g.batch(), g.outputChannels(), g.output().d(), g.output().h(), g.output().w()),
                g.padding().toList(), g.stride().toList(), g.dilation().toList(), g.groups(),
                device.activationLayout() == Layout.CHANNELS_LAST, type == ElementType.BFLOAT16);
    }
}
