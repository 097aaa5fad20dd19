package dev.voxgrad.medmnist.io;

/** Describes a full heap in messages. */
public final class HeapLimit {
    private HeapLimit() {}

    /** Returns how much Java may use and what was requested, as a sentence without its full stop. */
    public static String exceeded(OutOfMemoryError failure) {
        return "out of memory: Java may use up to " + (Runtime.getRuntime().maxMemory() >> 20) + " MiB here ("
                + failure.getMessage() + ")";
    }
}
