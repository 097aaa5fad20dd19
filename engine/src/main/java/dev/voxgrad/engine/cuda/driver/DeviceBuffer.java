package dev.voxgrad.engine.cuda.driver;

/** Represents a piece of a GPU's memory. */
public final class DeviceBuffer {
    private final DevicePointer pointer;
    private final long bytes;

    DeviceBuffer(DevicePointer pointer, long bytes) {
        this.pointer = pointer;
        this.bytes = bytes;
    }

    /** Returns the address, for calls through JCuda. */
    public DevicePointer pointer() {
        return pointer;
    }

    /** Returns the size in bytes. */
    public long bytes() {
        return bytes;
    }

    /** Returns the address as an integer, for tables of pointers that a kernel reads. */
    public long address() {
        return pointer.address();
    }

    /** Returns a part of this piece, in the same memory. */
    public DeviceBuffer slice(long offset, long length) {
        if (offset < 0 || length < 0 || offset + length > bytes) {
            throw new IllegalArgumentException(
                    "device memory: bytes " + offset + " to " + (offset + length) + " of a piece of " + bytes);
        }
        return new DeviceBuffer(pointer.plus(offset), length);
    }
}
