package dev.voxgrad.engine.op.conv3d.cuda;

import dev.voxgrad.engine.Layout;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.cuda.cudnn.Convolution;
import dev.voxgrad.engine.cuda.cudnn.ConvolutionPass;
import dev.voxgrad.engine.cuda.cudnn.ConvolutionShape;
import dev.voxgrad.engine.cuda.driver.DeviceBuffer;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.CudaStorage;
import dev.voxgrad.engine.device.cuda.ElementType;

/**
 * Computes a convolution's passes in true float32, row-major, whatever the device's precision: to check other results,
 * and for passes that cuDNN lacks in bfloat16.
 */
final class Conv3dFloat32 {
    private final CudaDevice device;

    Conv3dFloat32(CudaDevice device) {
        this.device = device;
    }

    /**
     * Computes a pass from x and weight, weight and dy, or x and dy, whatever their type and order.
     *
     * @param result receives the result in float32, row-major
     */
    void run(ConvolutionPass pass, ConvolutionShape shape, Tensor first, Tensor second, Tensor result) {
        Convolution convolution = device.exactCudnn()
                .convolution(new ConvolutionShape(
                        shape.input(),
                        shape.weight(),
                        shape.output(),
                        shape.padding(),
                        shape.stride(),
                        shape.dilation(),
                        shape.groups(),
                        false,
                        false));
        DeviceBuffer a = CudaStorage.of(plain(first)).buffer();
        DeviceBuffer b = CudaStorage.of(plain(second)).buffer();
        DeviceBuffer c = CudaStorage.of(result).buffer();
        switch (pass) {
            case FORWARD -> convolution.forward(a, b, c);
            case GRAD_INPUT -> convolution.gradInput(a, b, c);
            case GRAD_WEIGHT -> convolution.gradWeight(a, b, c);
        }
    }

    /** Computes a pass like {@link #run}, with a result of any type and order. */
    void runInto(ConvolutionPass pass, ConvolutionShape shape, Tensor first, Tensor second, Tensor result) {
        Tensor exact = Tensor.empty(device, result.shape(), Layout.ROW_MAJOR);
        run(pass, shape, first, second, exact);
        CudaStorage from = CudaStorage.of(exact.inLayout(result.layout())); // of the device's type if it differs
        CudaStorage to = CudaStorage.of(result);
        if (from.type() == to.type()) {
            device.copy(from, to);
        } else {
            device.convert(from.buffer(), from.type(), to);
        }
    }

    /** Returns the values in float32, row-major; an activation whose orders coincide is only converted. */
    static Tensor plain(Tensor tensor) {
        Tensor handle = tensor.detach().inLayout(Layout.ROW_MAJOR);
        CudaStorage from = CudaStorage.of(handle);
        if (from.type() == ElementType.FLOAT32) {
            return handle;
        }
        Tensor floats = Tensor.empty(tensor.device(), tensor.shape(), Layout.ROW_MAJOR);
        ((CudaDevice) tensor.device()).convert(from.buffer(), from.type(), CudaStorage.of(floats));
        return floats;
    }
}
