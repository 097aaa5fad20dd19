package dev.voxgrad.engine.trace;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntConsumer;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.autograd.Context;
import dev.voxgrad.engine.autograd.Op;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.cpu.WorkerPool;

/**
 * Collects what a device does, from {@code device.traceTo(recorder)} to {@code device.traceTo(null)}. Times are
 * {@link System#nanoTime}. Safe with several threads; each has its own layers and spans.
 */
public final class Recorder {
    private final ThreadLocal<Position> positions = ThreadLocal.withInitial(Position::new);
    private final List<Event> events = new ArrayList<>();
    private final List<WorkerEvent> workerEvents = new ArrayList<>();

    Span open(Device device, Op op, Pass pass, Context context) {
        String layer = context.layer() == null ? "" : context.layer(); // null if recording began after the forward
        return new Span(
                this,
                positions.get(),
                layer,
                op.name(),
                pass,
                context.inputShapes(),
                context.outputShape(),
                op.work(device, pass, context));
    }

    Span open(Device device, Op op, Pass pass, Shape output, Shape... inputs) {
        return open(device, op, pass, Context.ofShapes(layer(), output, inputs));
    }

    Span open(String name, Pass pass, Work work, Shape input) {
        return new Span(this, positions.get(), layer(), name, pass, List.of(input), null, work);
    }

    LayerName enter(String name) {
        return new LayerName(positions.get(), name);
    }

    String layer() {
        return positions.get().layer;
    }

    void add(Event event) {
        synchronized (events) {
            events.add(event);
        }
    }

    /** Runs the tasks of the current span's loop and notes which thread was busy with them, and when. */
    public void parallel(WorkerPool workers, int tasks, IntConsumer task) {
        Position position = positions.get();
        Span span = position.span;
        if (span == null || position.inLoop) {
            workers.run(tasks, task);
            return;
        }
        Map<Thread, Share> shares = new ConcurrentHashMap<>();
        position.inLoop = true;
        try {
            workers.run(tasks, i -> {
                long start = System.nanoTime();
                task.accept(i);
                shares.computeIfAbsent(Thread.currentThread(), thread -> new Share(start))
                        .add(start);
            });
        } finally {
            position.inLoop = false;
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

    /** What one thread did in a loop. */
    private static final class Share {
        private final long start;
        private long end;
        private long busy;
        private int tasks;

        Share(long start) {
            this.start = start;
        }

        void add(long taskStart) {
            end = System.nanoTime();
            busy += end - taskStart;
            tasks++;
        }
    }

    /** All closed spans since the last call, in the order in which they were opened, and forgets them. */
    public List<Event> takeEvents() {
        synchronized (events) {
            List<Event> taken = new ArrayList<>(events);
            events.clear();
            taken.sort(Comparator.comparingLong(Event::start).thenComparing(event -> !event.container()));
            return taken;
        }
    }

    /** The threads' shares in loops since the last call, by time, and forgets them. */
    public List<WorkerEvent> takeWorkerEvents() {
        synchronized (workerEvents) {
            List<WorkerEvent> taken = new ArrayList<>(workerEvents);
            workerEvents.clear();
            taken.sort(Comparator.comparingLong(WorkerEvent::start));
            return taken;
        }
    }
}
