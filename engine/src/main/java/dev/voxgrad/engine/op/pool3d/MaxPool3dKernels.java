package dev.voxgrad.engine.op.pool3d;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;

/** The kernels of {@link MaxPool3dOp}; all tensors are (N,C,·,·,·) in the device's activation layout. */
interface MaxPool3dKernels {
    void forward(Tensor input, MaxPool3dOp pool, Tensor output);

    void backward(Tensor input, MaxPool3dOp pool, Tensor gradOutput, Tensor gradInput);

    static MaxPool3dKernels on(Device device) {
        return switch (device) {
            case CpuDevice cpu -> new MaxPool3dCpu(cpu);
            case CudaDevice cuda -> new MaxPool3dCuda(cuda);
            case ReferenceDevice reference -> new MaxPool3dReference();
        };
    }
}
