package dev.voxgrad.nativecheck.library;

/**
 * Represents a version of CUDA as its libraries report it.
 *
 * @param number 1000 · major + 10 · minor
 */
public record CudaVersion(int number) {
    /** Returns the major version. */
    public int major() {
        return number / 1000;
    }

    /** Returns whether this version is newer than another. */
    public boolean newerThan(CudaVersion other) {
        return number > other.number;
    }

    @Override
    public String toString() {
        return major() + "." + number % 1000 / 10;
    }
}
