package dev.voxgrad.engine.testing;

import java.util.ArrayList;
import java.util.List;

import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.engine.device.cuda.GpuKernels;
import dev.voxgrad.engine.device.cuda.Precision;

/** Provides the devices that the test suite of every operation runs on; see {@link OnEveryDevice}. */
public final class TestDevices {
    private static final CpuDevice CPU = new CpuDevice(2);
    /** The GPU, in one run of the tests only: it doesn't depend on the width of the CPU's vectors. */
    private static final List<Device> GPUS =
            System.getProperty("voxgrad.vectorBits", "").isEmpty()
                            && TestGpu.missing().isEmpty()
                    ? List.of(TestGpu.open(Precision.FP32))
                    : List.of();

    private static final List<Device> CUDNN =
            GPUS.isEmpty() ? List.of() : List.of(TestGpu.open(Precision.FP32, GpuKernels.CUDNN, _ -> {}));

    private TestDevices() {}

    /** Returns all devices of this machine, optionally with cuDNN's kernels and with the reference. */
    static List<Device> with(boolean cudnn, boolean reference) {
        List<Device> devices = new ArrayList<>(List.of(CPU));
        devices.addAll(GPUS);
        if (cudnn) {
            devices.addAll(CUDNN);
        }
        if (reference) {
            devices.add(ReferenceDevice.INSTANCE);
        }
        return devices;
    }
}
