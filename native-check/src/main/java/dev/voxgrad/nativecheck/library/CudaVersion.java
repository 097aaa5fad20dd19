package dev.voxgrad.nativecheck.library;

/**
 * A version of CUDA as its libraries give it.
 *
 * @param number 1000 · major + 10 · minor
 */
public record CudaVersion(int number) {
    /** The major version. */
    public int major() {
        return number / 1000;
    }

    /** Whether it came out after that one. */
    public boolean newerThan(CudaVersion other) {
        return number > other.number;
    }

    @Override
    public String toString() {
        return major() + "." + number % 1000 / 10;
    }
}
