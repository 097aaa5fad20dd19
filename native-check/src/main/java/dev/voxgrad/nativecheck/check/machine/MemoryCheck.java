package dev.voxgrad.nativecheck.check.machine;

import java.util.Locale;

import dev.voxgrad.nativecheck.check.Check;
import dev.voxgrad.nativecheck.report.Finding;
import dev.voxgrad.nativecheck.report.Impact;

/**
 * Memory of the machine, or of the container where that is less, and what the trainer's heap may take of it.
 *
 * @param totalBytes the memory that processes of this container may use together
 * @param maxHeapBytes the largest heap of a JVM that is started as the launchers start it
 */
public record MemoryCheck(long totalBytes, long maxHeapBytes) implements Check {
    /** Heap below which Net3 with batch 32 at 28³ may not fit. */
    public static final long WANTED_HEAP = 2L << 30;

    @Override
    public Finding judge() {
        String found = gibibytes(totalBytes) + " usable, heap of at most " + gibibytes(maxHeapBytes);
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
