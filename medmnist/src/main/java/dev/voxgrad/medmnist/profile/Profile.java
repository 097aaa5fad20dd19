package dev.voxgrad.medmnist.profile;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

import dev.voxgrad.engine.device.CpuPeak;
import dev.voxgrad.engine.trace.LoopEvent;
import dev.voxgrad.engine.trace.Pass;
import dev.voxgrad.engine.trace.TraceEvent;
import dev.voxgrad.engine.trace.Work;
import dev.voxgrad.engine.trace.WorkerEvent;

/**
 * Holds the recorded events of some steps, and the measured peak performance of the machine.
 *
 * @param device description of the device
 */
public record Profile(Profiler.Settings settings, String device, int threads, CpuPeak peak, List<Step> steps) {
    /**
     * Represents one training step, or the prediction of one batch.
     *
     * @param start {@link System#nanoTime} at the start
     */
    public record Step(
            long start, long nanos, List<TraceEvent> events, List<WorkerEvent> workers, List<LoopEvent> loops) {}

    /**
     * Represents one pass of one operation of a layer; if it occurs several times in a step, their sum.
     *
     * @param seconds median over the steps
     */
    public record Row(String layer, String op, Pass pass, double seconds, Work work) {}

    /** Identifies the row of an event. */
    private record Key(String layer, String op, Pass pass) {
        static Key of(TraceEvent event) {
            return new Key(event.layer(), event.op(), event.pass());
        }
    }

    /** Returns all passes in the order in which a step starts them; of nested spans, only the innermost. */
    public List<Row> rows() {
        Map<Key, Work> work = new LinkedHashMap<>();
        for (TraceEvent event : steps.getFirst().events) {
            if (!event.container()) {
                work.merge(Key.of(event), event.work(), Work::plus);
            }
        }
        List<Map<Key, Long>> nanos = steps.stream().map(Profile::nanos).toList();
        List<Row> rows = new ArrayList<>();
        work.forEach((key, sum) -> rows.add(new Row(
                key.layer,
                key.op,
                key.pass,
                median(nanos.stream().mapToLong(step -> step.getOrDefault(key, 0L))),
                sum)));
        return rows;
    }

    private static Map<Key, Long> nanos(Step step) {
        Map<Key, Long> nanos = new LinkedHashMap<>();
        for (TraceEvent event : step.events) {
            if (!event.container()) {
                nanos.merge(Key.of(event), event.nanos(), Long::sum);
            }
        }
        return nanos;
    }

    /**
     * Returns the parallel loops of a step, with the median duration of each task.
     *
     * @throws IllegalStateException if the steps have different loops, which they never do: the shapes decide
     */
    public List<LoopEvent> loops() {
        List<LoopEvent> first = steps.getFirst().loops;
        List<LoopEvent> medians = new ArrayList<>();
        for (int i = 0; i < first.size(); i++) {
            LoopEvent loop = first.get(i);
            List<Long> nanos = new ArrayList<>();
            for (int task = 0; task < loop.taskNanos().size(); task++) {
                int index = i;
                int number = task;
                nanos.add((long) (1e9
                        * median(steps.stream()
                                .mapToLong(step -> requireLoop(step, first, index)
                                        .taskNanos()
                                        .get(number)))));
            }
            medians.add(new LoopEvent(loop.layer(), loop.op(), loop.pass(), nanos));
        }
        return medians;
    }

    private static LoopEvent requireLoop(Step step, List<LoopEvent> first, int index) {
        if (step.loops.size() != first.size()
                || step.loops.get(index).taskNanos().size()
                        != first.get(index).taskNanos().size()) {
            throw new IllegalStateException("the steps have different parallel loops");
        }
        return step.loops.get(index);
    }

    /** Returns the median duration of a step in seconds. */
    public double stepSeconds() {
        return median(steps.stream().mapToLong(Step::nanos));
    }

    private static double median(LongStream nanos) {
        long[] sorted = nanos.sorted().toArray();
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2 / 1e9;
    }
}
