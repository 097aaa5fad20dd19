package dev.voxgrad.nativecheck.check.machine;

import dev.voxgrad.nativecheck.check.Check;
import dev.voxgrad.nativecheck.report.Finding;
import dev.voxgrad.nativecheck.report.Impact;

/**
 * Checks for the incubator module that the CPU kernels use.
 *
 * @param present whether this JDK has it
 */
public record VectorModuleCheck(boolean present) implements Check {
    /** The module's name. */
    public static final String MODULE = "jdk.incubator.vector";

    @Override
    public Finding judge() {
        if (!present) {
            return Finding.fail(
                    "vector module",
                    MODULE + " is missing from this JDK",
                    "a JDK with " + MODULE,
                    "use a full JDK, or include the module when running jlink");
        }
        return Finding.pass("vector module", MODULE + " is available; the launchers add it");
    }

    @Override
    public Impact impact() {
        return Impact.TRAINER;
    }
}
