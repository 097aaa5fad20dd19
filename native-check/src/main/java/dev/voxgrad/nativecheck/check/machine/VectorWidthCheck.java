package dev.voxgrad.nativecheck.check.machine;

import dev.voxgrad.nativecheck.check.Check;
import dev.voxgrad.nativecheck.probe.ChildProcess;
import dev.voxgrad.nativecheck.probe.VectorProbe;
import dev.voxgrad.nativecheck.report.Finding;
import dev.voxgrad.nativecheck.report.Impact;

/**
 * Checks the vector width that the JVM prefers, as {@link VectorProbe} saw it in a child process.
 *
 * @param probe the child's outcome
 */
public record VectorWidthCheck(ChildProcess.Outcome probe) implements Check {
    @Override
    public Finding judge() {
        if (!probe.started()) {
            return Finding.warn(
                    "Vector API",
                    "cannot be tested: " + probe.failure(),
                    "an environment in which Java may start processes",
                    "nothing, if training runs: it starts no processes");
        }
        int bits = probe.wholeNumber(VectorProbe.BITS).orElse(0);
        if (bits <= 0) {
            return Finding.fail(
                    "Vector API",
                    "does not start: " + probe.failure(),
                    "a Vector API that starts",
                    "use an unmodified JDK 25 with the module " + VectorModuleCheck.MODULE);
        }
        String found = bits + " bits, " + bits / Float.SIZE + " floats at once";
        if (bits < 128) {
            return Finding.warn(
                    "Vector API",
                    found,
                    "128 bits or more",
                    "the JVM found no usable SIMD; check its options for -XX:UseAVX and -XX:UseSSE");
        }
        return Finding.pass("Vector API", found);
    }

    @Override
    public Impact impact() {
        return Impact.TRAINER;
    }
}
