package dev.voxgrad.engine.cuda.driver;

/** A piece of a card's memory; only this package looks at its address. */
public final class DeviceBuffer {
    private final DevicePointer pointer;
    private final long bytes;

    DeviceBuffer(DevicePointer pointer, long bytes) {
        this.pointer = pointer;
        this.bytes = bytes;
    }

    public DevicePointer pointer() {
        return pointer;
    }

    public long bytes() {
        return bytes;
    }

    /** The address, for tables of pointers that a kernel reads. */
    public long address() {
        return pointer.address();
    }

    /** A part of this piece, in the same memory. */
    public DeviceBuffer slice(long offset, long length) {
        if (offset < 0 || length < 0 || offset + length > bytes) {
            throw new IllegalArgumentException(
                    "device memory: bytes " + offset + " to " + (offset + length) + " of a piece of " + bytes);
        }
        return new DeviceBuffer(pointer.plus(offset), length);
    }
}
