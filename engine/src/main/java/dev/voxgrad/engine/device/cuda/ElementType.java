package dev.voxgrad.engine.device.cuda;

/** Names the type of a value in a device's memory. Kernels see it; to users every tensor is float32. */
public enum ElementType {
    FLOAT32(4, "f32"),
    /** The upper half of a float32: activations under mixed precision. */
    BFLOAT16(2, "bf16");

    private final int bytes;
    private final String suffix;

    ElementType(int bytes, String suffix) {
        this.bytes = bytes;
        this.suffix = suffix;
    }

    /** Returns the bytes of one value. */
    public int bytes() {
        return bytes;
    }

    /** Returns the suffix of the names of kernels for this type. */
    public String suffix() {
        return suffix;
    }
}
