package dev.voxgrad.engine.testing;

import java.util.List;

import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;

/** The devices that every operation's suite runs over, beside the reference they are compared with. */
public final class TestDevices {
    private static final CpuDevice CPU = new CpuDevice(2);

    private TestDevices() {}

    /** All devices of this machine but the reference. */
    public static List<Device> all() {
        return List.of(CPU);
    }

    /** All devices of this machine. */
    public static List<Device> andReference() {
        return List.of(CPU, ReferenceDevice.INSTANCE);
    }
}
