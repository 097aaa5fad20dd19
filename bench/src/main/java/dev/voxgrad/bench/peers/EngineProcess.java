package dev.voxgrad.bench.peers;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import tools.jackson.databind.json.JsonMapper;

import dev.voxgrad.bench.peers.Reading.Measured;
import dev.voxgrad.bench.step.EngineException;
import dev.voxgrad.bench.step.EngineName;
import dev.voxgrad.bench.step.StepCase;
import dev.voxgrad.bench.step.StepEngine;
import dev.voxgrad.medmnist.nets.study.StudyNet;

/**
 * Measures one engine on one case in its own process, with the same loop for every engine.
 *
 * <p>The arguments are engine, net, size, batch, threads, and the file to which a {@link Reading} is written.
 */
final class EngineProcess {
    /**
     * The minimum number of warm-up steps; {@link #WARM_UP_SECONDS} is their minimum duration. Meanwhile, the JVM
     * compiles, and allocators and oneDNN fill their caches.
     */
    static final int WARM_UP = 5;

    static final int WARM_UP_SECONDS = 6;
    static final int TIMED = 7;

    private EngineProcess() {}

    /** Measures and exits. */
    public static void main(String... arguments) throws IOException {
        EngineName name = EngineName.byFlag(arguments[0]);
        StepCase work = new StepCase(
                StudyNet.named(arguments[1]), Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]));
        Reading reading;
        try {
            requirePreloaded(System.getenv(EngineEnvironment.PRELOAD));
            reading = measure(name, work, Integer.parseInt(arguments[4]));
        } catch (EngineException e) {
            System.err.println(e.getMessage());
            System.exit(1);
            return;
        }
        new JsonMapper().writeValue(Path.of(arguments[5]), reading);
        System.exit(0); // native libraries may have left threads behind
    }

    private static Reading measure(EngineName name, StepCase work, int threads) throws IOException {
        try (StepEngine engine = name.open(work, threads)) {
            return measure(engine, WARM_UP_SECONDS);
        }
    }

    /** Infers, reads the peak memory, trains, and reads it again: the peak only grows, and training's is higher. */
    static Reading measure(StepEngine engine, int warmUpSeconds) throws IOException {
        Measured infer = measure(engine, WARM_UP, warmUpSeconds, engine::infer);
        double firstLoss = engine.trainStep();
        Measured train = measure(engine, WARM_UP - 1, warmUpSeconds, engine::trainStep);
        double lastLoss = engine.trainStep();
        return new Reading(engine.version(), train, infer, firstLoss, lastLoss, Map.of(), List.of());
    }

    private static Measured measure(StepEngine engine, int warmUp, int warmUpSeconds, Supplier<Object> step)
            throws IOException {
        long warmUpStart = System.nanoTime();
        for (int i = 0; i < warmUp || System.nanoTime() - warmUpStart < warmUpSeconds * 1_000_000_000L; i++) {
            step.get();
        }
        double[] milliseconds = new double[TIMED];
        Usage before = Usage.now();
        for (int i = 0; i < TIMED; i++) {
            long start = System.nanoTime();
            step.get();
            milliseconds[i] = (System.nanoTime() - start) / 1e6;
        }
        Usage usage = Usage.now().since(before, TIMED);
        return new Measured(milliseconds, Linux.peakRssMb(), usage, engine.settings());
    }

    /** Checks that a library was preloaded; the loader only reports a failure as a line on standard error. */
    private static void requirePreloaded(String library) throws IOException {
        if (library != null && !Linux.hasLoaded(Path.of(library))) {
            throw new EngineException("the loader did not preload " + library + "; choose another --allocator", null);
        }
    }
}
