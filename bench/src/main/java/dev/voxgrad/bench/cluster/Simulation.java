package dev.voxgrad.bench.cluster;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;

import dev.voxgrad.engine.random.RandomStream;

/**
 * Simulates the training of members by workers: a worker that is free takes the next member that waits; a member whose
 * worker is lost keeps its progress up to the last checkpoint, and is the next one that a free worker takes.
 *
 * <p>Members are independent, and none is divided between workers, so no number of workers ends before the longest
 * member.
 */
final class Simulation {
    /** What happens next; at the same time, in the order of workers. */
    private static final Comparator<Event> EARLIEST_FIRST =
            Comparator.comparingDouble(Event::time).thenComparingInt(Event::worker);

    private final Workers workers;
    private final RandomStream random;
    private final double[] speeds;
    private final PriorityQueue<Event> events = new PriorityQueue<>(EARLIEST_FIRST);
    private final Deque<Double> waiting = new ArrayDeque<>();
    private final Deque<Integer> idle = new ArrayDeque<>();
    private double end;
    private double busy;

    /**
     * Represents the moment at which a worker becomes free, or is lost.
     *
     * @param left the work of the member that it has lost; 0 if it has none
     */
    private record Event(double time, int worker, double left) {}

    /**
     * Represents a course.
     *
     * @param seconds until the last member has ended
     * @param busyShare share of the workers' time in which they trained something that was kept
     */
    record Course(double seconds, double busyShare) {}

    private Simulation(Workers workers, List<Double> members, long seed) {
        this.workers = workers;
        this.random = new RandomStream(seed, 0, 0, 0);
        this.speeds = new double[workers.count()];
        waiting.addAll(members);
        for (int worker = 0; worker < speeds.length; worker++) {
            speeds[worker] = random.nextDouble() < workers.slowShare() ? workers.slowSpeed() : 1;
            events.add(new Event(0, worker, 0));
        }
    }

    /**
     * Returns the course of a training.
     *
     * @param members seconds that each takes at speed 1, in the order in which they are taken
     * @param seed decides which workers are slow, and when each is lost
     */
    static Course of(Workers workers, List<Double> members, long seed) {
        return new Simulation(workers, members, seed)
                .run(members.stream().mapToDouble(Double::doubleValue).sum());
    }

    private Course run(double work) {
        double done = 0;
        while (done < work * (1 - 1e-12)) {
            Event event = events.remove();
            if (event.left() > 0) {
                lose(event);
            } else {
                idle.add(event.worker());
            }
            while (!idle.isEmpty() && !waiting.isEmpty()) {
                done += take(event.time(), idle.remove(), waiting.removeFirst());
            }
        }
        return new Course(end, busy / (end * workers.count()));
    }

    /** Draws when a worker is lost, from now: an exponential distribution does not remember how long it has lived. */
    private double untilLoss() {
        return Double.isInfinite(workers.betweenLosses())
                ? workers.betweenLosses()
                : -workers.betweenLosses() * Math.log(1 - random.nextDouble());
    }

    private void lose(Event event) {
        waiting.addFirst(event.left());
        events.add(new Event(event.time() + workers.untilReplaced(), event.worker(), 0));
    }

    /** Has a worker train a member until it ends or the worker is lost; returns how much of its work is kept. */
    private double take(double now, int worker, double work) {
        double needed = workers.overhead() + work / speeds[worker];
        double untilLoss = untilLoss();
        if (untilLoss >= needed) {
            end = Math.max(end, now + needed);
            busy += needed - workers.overhead();
            events.add(new Event(now + needed, worker, 0));
            return work;
        }
        double trained = Math.max(0, untilLoss - workers.overhead());
        double kept = Math.floor(trained / workers.betweenCheckpoints()) * workers.betweenCheckpoints();
        busy += kept;
        events.add(new Event(now + untilLoss, worker, work - kept * speeds[worker]));
        return kept * speeds[worker];
    }
}
