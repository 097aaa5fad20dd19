package dev.voxgrad.engine.trace;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntConsumer;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Shape;

/**
 * Collects what a device does, from {@code device.traceTo(recorder)} to {@code device.traceTo(null)}. Times are
 * {@link System#nanoTime}. Safe for use by several threads; each has its own layers and spans.
 */
public final class Recorder {
    private final ThreadLocal<Position> positions = ThreadLocal.withInitial(Position::new);
    private final List<TraceEvent> events = new ArrayList<>();
    private final List<WorkerEvent> workerEvents = new ArrayList<>();
    private final List<LoopEvent> loopEvents = new ArrayList<>();

    /** Runs a loop body for 0 … tasks−1, possibly on several threads, and returns when all are done. */
    @FunctionalInterface
    public interface Loop {
        void run(int tasks, IntConsumer task);
    }

    /**
     * Opens the span of a pass of an operation.
     *
     * @param layer full name of the layer that applied the operation; empty outside of any
     */
    public Span open(String layer, String op, Pass pass, List<Shape> inputs, @Nullable Shape output, Work work) {
        return new Span(this, positions.get(), layer, op, pass, inputs, output, work);
    }

    Span open(String name, Pass pass, Work work, Shape input) {
        return open(layer(), name, pass, List.of(input), null, work);
    }

    @Nullable
    Span openPart(Pass pass, Work work) {
        Span whole = positions.get().span;
        return whole == null ? null : open(layer(), whole.op(), pass, whole.inputs(), whole.output(), work);
    }

    LayerName enter(String name) {
        return new LayerName(positions.get(), name);
    }

    String layer() {
        return positions.get().layer;
    }

    void add(TraceEvent event) {
        synchronized (events) {
            events.add(event);
        }
    }

    /** Runs the tasks of the current span's loop and notes which thread worked on them, when, and how long for each. */
    public void parallel(Loop loop, int tasks, IntConsumer task) {
        Position position = positions.get();
        Span span = position.span;
        if (span == null || position.inLoop) {
            loop.run(tasks, task);
            return;
        }
        Map<Thread, Share> shares = new ConcurrentHashMap<>();
        long[] nanos = new long[tasks];
        position.inLoop = true;
        try {
            loop.run(tasks, i -> {
                long start = System.nanoTime();
                task.accept(i);
                long end = System.nanoTime();
                nanos[i] = end - start;
                shares.computeIfAbsent(Thread.currentThread(), thread -> new Share(start))
                        .add(start, end);
            });
        } finally {
            position.inLoop = false;
        }
        synchronized (loopEvents) {
            loopEvents.add(new LoopEvent(
                    position.layer,
                    span.op(),
                    span.pass(),
                    Arrays.stream(nanos).boxed().toList()));
        }
        synchronized (workerEvents) {
            shares.forEach((thread, share) -> workerEvents.add(new WorkerEvent(
                    thread.getName(),
                    position.layer,
                    span.op(),
                    span.pass(),
                    share.tasks,
                    share.start,
                    share.end - share.start,
                    share.busy)));
        }
    }

    /** Adds up what one thread did in a loop. */
    private static final class Share {
        private final long start;
        private long end;
        private long busy;
        private int tasks;

        Share(long start) {
            this.start = start;
        }

        void add(long taskStart, long taskEnd) {
            end = taskEnd;
            busy += taskEnd - taskStart;
            tasks++;
        }
    }

    /** Returns all spans closed since the last call, in the order in which they were opened, and forgets them. */
    public List<TraceEvent> takeEvents() {
        synchronized (events) {
            List<TraceEvent> taken = new ArrayList<>(events);
            events.clear();
            taken.sort(Comparator.comparingLong(TraceEvent::start).thenComparing(event -> !event.container()));
            return taken;
        }
    }

    /** Returns the loops since the last call, in the order in which they ended, and forgets them. */
    public List<LoopEvent> takeLoopEvents() {
        synchronized (loopEvents) {
            List<LoopEvent> taken = List.copyOf(loopEvents);
            loopEvents.clear();
            return taken;
        }
    }

    /** Returns the threads' shares in loops since the last call, ordered by time, and forgets them. */
    public List<WorkerEvent> takeWorkerEvents() {
        synchronized (workerEvents) {
            List<WorkerEvent> taken = new ArrayList<>(workerEvents);
            workerEvents.clear();
            taken.sort(Comparator.comparingLong(WorkerEvent::start));
            return taken;
        }
    }
}
