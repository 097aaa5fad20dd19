package dev.voxgrad.engine.op.elementwise;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.cuda.nvrtc.CudaSource;
import dev.voxgrad.engine.device.CudaDevice;

/** Implements {@link ElementwiseKernels} on a GPU. */
final class ElementwiseCuda implements ElementwiseKernels {
    private static final CudaSource SOURCE = new CudaSource(ElementwiseCuda.class, "elementwise");

    private final CudaDevice device;

    ElementwiseCuda(CudaDevice device) {
        this.device = device;
    }

    @Override
    public void add(Tensor a, Tensor b, Tensor output) {
        int n = output.shape().elements();
        device.kernel(SOURCE, "add", output).in(a).in(b).out(output).i32(n).over(n);
    }

    @Override
    public void mul(Tensor a, Tensor b, Tensor output) {
        int n = output.shape().elements();
        device.kernel(SOURCE, "mul", output).in(a).in(b).out(output).i32(n).over(n);
    }

    @Override
    public void scale(Tensor x, double factor, Tensor output) {
        int n = output.shape().elements();
        device.kernel(SOURCE, "scale", output)
                .in(x)
                .f32((float) factor)
                .out(output)
                .i32(n)
                .over(n);
    }
}
