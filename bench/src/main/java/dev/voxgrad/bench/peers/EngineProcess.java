package dev.voxgrad.bench.peers;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import tools.jackson.databind.json.JsonMapper;

import dev.voxgrad.bench.peers.Reading.Measured;
import dev.voxgrad.bench.step.EngineException;
import dev.voxgrad.bench.step.EngineName;
import dev.voxgrad.bench.step.StepCase;
import dev.voxgrad.bench.step.StepEngine;
import dev.voxgrad.medmnist.nets.Nets;

/**
 * Measures one engine on one case in its own process, with the same loop for every engine.
 *
 * <p>The arguments are engine, net, channels, size, batch, threads, and the file to which a {@link Reading} is written.
 */
final class EngineProcess {
    private EngineProcess() {}

    /** Measures and exits. */
    public static void main(String... arguments) throws IOException {
        EngineName name = EngineName.byFlag(arguments[0]);
        StepCase work = new StepCase(
                Nets.named(arguments[1]),
                Integer.parseInt(arguments[2]),
                Integer.parseInt(arguments[3]),
                Integer.parseInt(arguments[4]));
        Reading reading;
        try {
            requirePreloaded(System.getenv(EngineEnvironment.PRELOAD));
            reading = measure(name, work, Integer.parseInt(arguments[5]));
        } catch (EngineException e) {
            System.err.println(e.getMessage());
            System.exit(1);
            return;
        }
        new JsonMapper().writeValue(Path.of(arguments[6]), reading);
        System.exit(0); // native libraries may have left threads behind
    }

    private static Reading measure(EngineName name, StepCase work, int threads) throws IOException {
        try (StepEngine engine = name.open(work, threads)) {
            return measure(engine, name.trains(), Patience.USUAL);
        }
    }

    /**
     * Infers, reads the peak memory, trains if the engine does, and reads it again: the peak only grows, and training's
     * is higher.
     */
    static Reading measure(StepEngine engine, boolean trains, Patience patience) throws IOException {
        Measured infer = measure(engine, patience, engine::infer);
        if (!trains) {
            return new Reading(engine.version(), null, infer, null, null, Map.of(), List.of());
        }
        List<Double> losses = new ArrayList<>();
        Measured train = measure(engine, patience, () -> losses.add(engine.trainStep()));
        return new Reading(engine.version(), train, infer, losses.getFirst(), losses.getLast(), Map.of(), List.of());
    }

    private static Measured measure(StepEngine engine, Patience patience, Runnable step) throws IOException {
        long warmUpStart = System.nanoTime();
        for (int i = 0; !patience.warm(i, secondsSince(warmUpStart)); i++) {
            step.run();
        }
        List<Double> milliseconds = new ArrayList<>();
        long timingStart = System.nanoTime();
        Usage before = Usage.now();
        while (!patience.timed(milliseconds.size(), secondsSince(timingStart))) {
            long start = System.nanoTime();
            step.run();
            milliseconds.add(secondsSince(start) * 1e3);
        }
        Usage usage = Usage.now().since(before, milliseconds.size());
        double[] all = milliseconds.stream().mapToDouble(Double::doubleValue).toArray();
        return new Measured(all, Linux.peakRssMb(), usage, engine.settings());
    }

    private static double secondsSince(long nanoTime) {
        return (System.nanoTime() - nanoTime) / 1e9;
    }

    /** Checks that a library was preloaded; the loader only reports a failure as a line on standard error. */
    private static void requirePreloaded(String library) throws IOException {
        if (library != null && !Linux.hasLoaded(Path.of(library))) {
            throw new EngineException("the loader did not preload " + library + "; choose another --allocator", null);
        }
    }
}
