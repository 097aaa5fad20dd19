package dev.voxgrad.engine.device.cuda;

/** What a number is in a device's memory. Kernels see it; to users every tensor is float32. */
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

    /** Bytes of one number. */
    public int bytes() {
        return bytes;
    }

    /** What the names of kernels for this type end in. */
    public String suffix() {
        return suffix;
    }
}
