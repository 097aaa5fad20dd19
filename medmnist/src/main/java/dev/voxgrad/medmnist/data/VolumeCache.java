package dev.voxgrad.medmnist.data;

import java.util.List;

import dev.voxgrad.engine.flag.Flagged;
import dev.voxgrad.engine.flag.Flags;

/** Chooses where volumes are kept while they are used. Results do not depend on it. */
public enum VolumeCache implements Flagged {
    /** Keeps them in memory if they take at most a quarter of the heap, and in the file otherwise. */
    AUTO("auto"),
    /** Keeps them in memory. */
    RAM("RAM"),
    /** Leaves them in the file, from which each batch is read, or in an unpacked copy if the file is compressed. */
    NONE("none");

    /** Volumes up to this part of the heap are kept in memory by default. */
    static final int HEAP_PARTS = 4;

    private final String flag;

    VolumeCache(String flag) {
        this.flag = flag;
    }

    /** Returns the name on the command line. */
    @Override
    public String flag() {
        return flag;
    }

    /** Returns the value with that name; leaving the choice has none. */
    public static VolumeCache byFlag(String flag) {
        return Flags.parse("cache", flag, List.of(RAM, NONE));
    }

    /** Returns whether volumes of that many bytes are kept in a heap of at most that many. */
    boolean isInMemory(long bytes, long heap) {
        return this == RAM || this == AUTO && bytes <= heap / HEAP_PARTS;
    }
}
