package dev.voxgrad.nativecheck.check.machine;

import java.util.Locale;

import dev.voxgrad.nativecheck.check.Check;
import dev.voxgrad.nativecheck.report.Finding;
import dev.voxgrad.nativecheck.report.Impact;

/**
 * Checks the memory of the machine, or of the container if that is less, and how much of it the trainer's heap may use.
 *
 * @param totalBytes the memory that all processes of this container may use together
 * @param maxHeapBytes the largest heap of a JVM started by the launchers
 */
public record MemoryCheck(long totalBytes, long maxHeapBytes) implements Check {
    /** The heap size below which Net3 with batch 32 at 28³ may not fit. */
    public static final long WANTED_HEAP = 2L << 30;

    @Override
    public Finding judge() {
        String found = gibibytes(totalBytes) + " usable, heap of up to " + gibibytes(maxHeapBytes);
        if (maxHeapBytes < WANTED_HEAP) {
            return Finding.warn(
                    "memory",
                    found,
                    "a heap of " + gibibytes(WANTED_HEAP),
                    "raise the container's memory limit, or train with a smaller --batch-size");
        }
        return Finding.pass("memory", found);
    }

    @Override
    public Impact impact() {
        return Impact.NONE;
    }

    private static String gibibytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f GiB", bytes / (double) (1 << 30));
    }
}
