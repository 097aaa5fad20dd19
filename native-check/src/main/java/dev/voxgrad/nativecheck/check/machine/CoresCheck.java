package dev.voxgrad.nativecheck.check.machine;

import java.util.Locale;
import java.util.OptionalDouble;

import dev.voxgrad.nativecheck.check.Check;
import dev.voxgrad.nativecheck.report.Finding;
import dev.voxgrad.nativecheck.report.Impact;

/**
 * Cores of the machine against those that the container lets us use.
 *
 * @param machine logical cores of the machine
 * @param usable cores that the JVM will use
 * @param quota CPU time per second that the container grants, in cores; empty without a limit
 */
public record CoresCheck(int machine, int usable, OptionalDouble quota) implements Check {
    @Override
    public Finding judge() {
        String found = usable + " of " + machine + " cores usable, "
                + (quota.isPresent()
                        ? String.format(Locale.ROOT, "container quota %.2f cores", quota.getAsDouble())
                        : "no container quota");
        if (quota.isPresent() && quota.getAsDouble() < usable) {
            return Finding.warn(
                    "cores",
                    found,
                    "a quota of at least " + usable + " cores",
                    "give --threads " + Math.max(1, (int) quota.getAsDouble())
                            + " to the trainer, or raise the container's CPU limit");
        }
        if (usable < machine) {
            return Finding.warn(
                    "cores",
                    found,
                    "all " + machine + " cores",
                    "raise the container's CPU limit or the process's affinity if the others may be used");
        }
        return Finding.pass("cores", found);
    }

    @Override
    public Impact impact() {
        return Impact.NONE;
    }
}
