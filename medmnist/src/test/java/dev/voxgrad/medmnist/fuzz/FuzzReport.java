package dev.voxgrad.medmnist.fuzz;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Counts the inputs, their greatest cost, and the faults. */
final class FuzzReport {
    private final long seed;
    private final Map<String, long[]> counts = new TreeMap<>();
    /** The first input and their number by target and kind, so that no fault is reported a thousand times. */
    private final Map<String, long[]> faults = new TreeMap<>();

    private long inputs;
    private Worst slowest = new Worst("none", 0, 0, 0);
    private Worst largest = new Worst("none", 0, 0, 0);
    private Duration time = Duration.ZERO;

    private record Worst(String target, long input, long amount, int size) {
        private Worst or(Worst other) {
            return other.amount > amount ? other : this;
        }
    }

    FuzzReport(long seed) {
        this.seed = seed;
    }

    synchronized void done(String target, long input, boolean accepted, long nanos, long bytes, int size) {
        inputs++;
        counts.computeIfAbsent(target, name -> new long[2])[accepted ? 0 : 1]++;
        slowest = slowest.or(new Worst(target, input, nanos, size));
        largest = largest.or(new Worst(target, input, bytes, size));
    }

    synchronized void fault(String target, long input, String what, String where) {
        long[] first = faults.computeIfAbsent(target + ": " + what + " " + where, kind -> new long[] {input, 0});
        first[0] = Math.min(first[0], input);
        first[1]++;
    }

    synchronized void end(Duration taken) {
        time = taken;
    }

    synchronized long inputs() {
        return inputs;
    }

    /** Returns a line for each kind of fault. */
    synchronized List<String> faults() {
        return faults.entrySet().stream()
                .map(fault -> String.format(
                        Locale.ROOT,
                        "%s (%d times; again with -Dvoxgrad.fuzz.seed=%d -Dvoxgrad.fuzz.first=%d -Dvoxgrad.fuzz.count=1)",
                        fault.getKey().strip(),
                        fault.getValue()[1],
                        seed,
                        fault.getValue()[0]))
                .toList();
    }

    /** Returns how many inputs each reader accepted and refused: a target that refuses all inputs tests little. */
    synchronized Map<String, long[]> counts() {
        return counts;
    }

    @Override
    public synchronized String toString() {
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                Locale.ROOT,
                "fuzzer: %d inputs in %.1f s, seed %d, %d kinds of fault%n",
                inputs,
                time.toMillis() / 1e3,
                seed,
                faults.size()));
        text.append(String.format(
                Locale.ROOT,
                "slowest: %s, input %d of %d bytes, %.3f s of CPU time%n",
                slowest.target,
                slowest.input,
                slowest.size,
                slowest.amount / 1e9));
        text.append(String.format(
                Locale.ROOT,
                "most memory: %s, input %d of %d bytes, %.1f MB allocated%n",
                largest.target,
                largest.input,
                largest.size,
                largest.amount / 1e6));
        counts.forEach((target, count) ->
                text.append(String.format(Locale.ROOT, "  %-18s %8d read %8d refused%n", target, count[0], count[1])));
        faults().forEach(fault -> text.append("  FAULT ").append(fault).append(System.lineSeparator()));
        return text.toString();
    }
}
