package dev.voxgrad.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import dev.voxgrad.bench.peers.Spread;

/**
 * Measures how long a fresh JVM takes to train at full speed: each iteration is one of its first steps, in
 * milliseconds, without any warm-up. At the end of each JVM, it prints after how many steps they took at most 5 %
 * longer than the median of the later half, and how many seconds had been lost by then. Options for the JVM, such as a
 * cache of classes and profiles, can be compared with {@code -jvmArgsPrepend}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 0)
@Measurement(iterations = 20)
@Fork(
        value = 3,
        jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "-XX:+UseParallelGC"})
public class WarmUpBenchmark {
    private static final double FULL_SPEED = 1.05;

    private final List<Double> milliseconds = new ArrayList<>();

    /**
     * Says how a JVM warmed up.
     *
     * @param settled the median of the later half of its steps in milliseconds
     * @param steps the number of steps until full speed
     * @param lost how much longer these steps took than settled ones, in milliseconds
     */
    record WarmUp(double settled, int steps, double lost) {
        /** Evaluates the times of the first steps, at least one, in milliseconds. */
        static WarmUp of(double... times) {
            double settled = Spread.of(Arrays.copyOfRange(times, times.length / 2, times.length))
                    .median();
            int steps = 0;
            while (steps < times.length / 2 && times[steps] > FULL_SPEED * settled) {
                steps++;
            }
            double lost = 0;
            for (int i = 0; i < steps; i++) {
                lost += times[i] - settled;
            }
            return new WarmUp(settled, steps, lost);
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "full speed, %.0f ms a step, after %d steps, which lost %.1f s",
                    settled,
                    steps,
                    lost / 1e3);
        }
    }

    /** Returns the loss. */
    @Benchmark
    public double train(StepState state) {
        long start = System.nanoTime();
        double loss = state.opened.trainStep();
        milliseconds.add((System.nanoTime() - start) / 1e6);
        return loss;
    }

    /** Prints how this JVM warmed up. */
    @TearDown(Level.Trial)
    public void report() {
        double[] times = milliseconds.stream().mapToDouble(Double::doubleValue).toArray();
        System.out.printf(Locale.ROOT, "%n%s%n", WarmUp.of(times));
    }
}
