package dev.voxgrad.engine.cuda.driver;

import jcuda.driver.CUdeviceptr;

/**
 * Represents an address in a GPU's memory. It is never null and is also available as an integer, for libraries that are
 * not called through JCuda.
 */
final class DevicePointer extends CUdeviceptr {
    DevicePointer() {}

    private DevicePointer(DevicePointer base, long bytes) {
        super(base, bytes);
    }

    /** Returns the address that many bytes further on. */
    DevicePointer plus(long bytes) {
        return new DevicePointer(this, bytes);
    }

    long address() {
        return getNativePointer() + getByteOffset();
    }
}
