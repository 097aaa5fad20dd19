package dev.voxgrad.nativecheck;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * A version of CUDA as its libraries give it.
 *
 * @param number 1000 · major + 10 · minor
 */
public record CudaVersion(int number) {
    /** The version that a probe answered under that name. */
    public static Optional<CudaVersion> of(ChildProcess.Outcome probe, String key) {
        OptionalInt number = probe.wholeNumber(key);
        return number.isPresent() ? Optional.of(new CudaVersion(number.getAsInt())) : Optional.empty();
    }

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
