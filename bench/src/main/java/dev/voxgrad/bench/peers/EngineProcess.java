package dev.voxgrad.bench.peers;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Supplier;
import tools.jackson.databind.json.JsonMapper;

import dev.voxgrad.bench.step.EngineException;
import dev.voxgrad.bench.step.EngineName;
import dev.voxgrad.bench.step.StepCase;
import dev.voxgrad.bench.step.StepEngine;
import dev.voxgrad.medmnist.nets.NetSpec;

/**
 * The process that measures: one engine, one case, and the same loop for every engine.
 *
 * <p>Arguments are engine, net, size, batch, threads, and the file that a {@link Reading} is written to.
 */
final class EngineProcess {
    /**
     * Steps before the clock counts, and the seconds that they must fill, whichever ends later: the JVM compiles,
     * allocators and oneDNN fill their caches.
     */
    static final int WARM_UP = 8;
    static final int WARM_UP_SECONDS = 6;
    static final int TIMED = 7;

    private EngineProcess() {}

    /** Measures and ends. */
    public static void main(String... arguments) throws IOException {
        EngineName name = EngineName.byFlag(arguments[0]);
        StepCase work = new StepCase(NetSpec.byFlag(arguments[1]), Integer.parseInt(arguments[2]),
                Integer.parseInt(arguments[3]));
        Reading reading;
        try (StepEngine engine = name.open(work, Integer.parseInt(arguments[4]))) {
            reading = measure(engine, WARM_UP_SECONDS);
        } catch (EngineException e) {
            System.err.println(e.getMessage());
            System.exit(1);
            return;
        }
        new JsonMapper().writeValue(Path.of(arguments[5]), reading);
        System.exit(0); // native libraries may have left threads behind
    }

    /** Infers, looks at the peak memory, trains, and looks again: the peak only grows, and training's is the higher. */
    static Reading measure(StepEngine engine, int warmUpSeconds) throws IOException {
        double[] inferMs = time(WARM_UP, warmUpSeconds, engine::infer);
        long inferPeakRssMb = Linux.peakRssMb();
        double firstLoss = engine.trainStep();
        double[] trainMs = time(WARM_UP - 1, warmUpSeconds, engine::trainStep);
        double lastLoss = engine.trainStep();
        long trainPeakRssMb = Linux.peakRssMb();
        return new Reading(engine.version(), trainMs, inferMs, trainPeakRssMb, inferPeakRssMb, firstLoss, lastLoss);
    }

    private static double[] time(int warmUp, int warmUpSeconds, Supplier<Object> step) {
        long begin = System.nanoTime();
        for (int i = 0; i < warmUp || System.nanoTime() - begin < warmUpSeconds * 1_000_000_000L; i++) {
            step.get();
        }
        double[] milliseconds = new double[TIMED];
        for (int i = 0; i < TIMED; i++) {
            long start = System.nanoTime();
            step.get();
            milliseconds[i] = (System.nanoTime() - start) / 1e6;
        }
        return milliseconds;
    }
}
