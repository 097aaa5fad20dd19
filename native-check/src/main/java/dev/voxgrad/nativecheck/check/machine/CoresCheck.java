package dev.voxgrad.nativecheck.check.machine;

import java.util.Locale;
import java.util.OptionalDouble;

import dev.voxgrad.nativecheck.check.Check;
import dev.voxgrad.nativecheck.report.Finding;
import dev.voxgrad.nativecheck.report.Impact;

/**
 * Compares the cores of the machine with the cores that the container lets us use.
 *
 * @param machine number of logical cores of the machine
 * @param usable number of cores that the JVM uses
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
                    "pass --threads " + Math.max(1, (int) quota.getAsDouble())
                            + " to the trainer, or raise the container's CPU limit");
        }
        if (usable < machine) {
            return Finding.warn(
                    "cores",
                    found,
                    "all " + machine + " cores",
                    "raise the container's CPU limit, or let the process's CPU affinity include the other cores");
        }
        return Finding.pass("cores", found);
    }

    @Override
    public Impact impact() {
        return Impact.NONE;
    }
}
