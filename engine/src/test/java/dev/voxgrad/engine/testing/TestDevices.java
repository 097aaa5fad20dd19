package dev.voxgrad.engine.testing;

import java.util.List;
import java.util.stream.Stream;

import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.engine.device.cuda.GpuKernels;
import dev.voxgrad.engine.device.cuda.Precision;

/** The devices that every operation's suite runs over, beside the reference they are compared with. */
public final class TestDevices {
    private static final CpuDevice CPU = new CpuDevice(2);
    /** A GPU has nothing to do with the width of the CPU's vectors, so it takes part once. */
    private static final List<Device> GPUS =
            System.getProperty("voxgrad.vectorBits", "").isEmpty()
                            && TestGpu.missing().isEmpty()
                    ? List.of(TestGpu.open(Precision.FP32))
                    : List.of();

    private static final List<Device> CUDNN =
            GPUS.isEmpty() ? List.of() : List.of(TestGpu.open(Precision.FP32, GpuKernels.CUDNN, _ -> {}));

    private TestDevices() {}

    /** All devices of this machine but the reference, an emulated GPU among them. */
    public static List<Device> all() {
        return Stream.concat(Stream.of((Device) CPU), GPUS.stream()).toList();
    }

    /** As {@link #all}, and the GPU once more with cuDNN's kernels, for operations that cuDNN has. */
    public static List<Device> andCudnn() {
        return Stream.concat(all().stream(), CUDNN.stream()).toList();
    }

    /** All devices of this machine. */
    public static List<Device> andReference() {
        return Stream.concat(all().stream(), Stream.of(ReferenceDevice.INSTANCE))
                .toList();
    }
}
