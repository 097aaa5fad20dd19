package dev.voxgrad.medmnist.data;

import java.util.List;

import dev.voxgrad.engine.flag.Flagged;
import dev.voxgrad.engine.flag.Flags;

/** Where volumes are kept while they are used. Results do not depend on it. */
public enum VolumeCache implements Flagged {
    /** In memory, if they take at most a quarter of the heap; otherwise in the file. */
    AUTO("auto"),
    /** In memory. */
    RAM("RAM"),
    /** In the file, from which each batch is read: where it is stored, or in an unpacked copy where it is deflated. */
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
