package dev.voxgrad.engine.cuda.driver;

import jcuda.driver.CUdeviceptr;

/**
 * An address in a card's memory, which is never null and can also be had as a number, for the libraries that JCuda
 * doesn't call.
 */
final class DevicePointer extends CUdeviceptr {
    DevicePointer() {}

    private DevicePointer(DevicePointer base, long bytes) {
        super(base, bytes);
    }

    /** The address that lies that many bytes further. */
    DevicePointer plus(long bytes) {
        return new DevicePointer(this, bytes);
    }

    long address() {
        return getNativePointer() + getByteOffset();
    }
}
