package dev.voxgrad.bench.gpu;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

import dev.voxgrad.bench.peers.Spread;
import dev.voxgrad.bench.step.GpuEngine;
import dev.voxgrad.bench.step.GpuEngine.Volumes;
import dev.voxgrad.bench.step.StepCase;
import dev.voxgrad.engine.cuda.driver.CudaEvent;
import dev.voxgrad.engine.device.cuda.CapturedStep;

/**
 * Holds how long steps take, in milliseconds.
 *
 * @param train the times of a training step
 * @param infer the times of an inference
 * @param heldBytes the GPU memory that the device held at the end, in use or kept for the next step
 */
record StepTimes(Time train, Time infer, long heldBytes) {
    /**
     * Holds the time of one kind of step, measured in two ways, each a median.
     *
     * @param waitedFor by the host's clock, from starting a step on an idle GPU to having its result
     * @param inARow by the GPU's clock, from the end of a step to the end of the next, which is already queued
     */
    record Time(double waitedFor, double inARow) {}

    /** Measures captured steps with the volumes already in GPU memory. */
    static StepTimes measure(StepCase work, GpuMode mode, int warmUp, int repeats) {
        try (GpuEngine engine = GpuEngine.open(work, mode.settings(), Volumes.RESIDENT)) {
            Time train = time(engine, engine::startTrainStep, warmUp, repeats);
            Time infer = time(engine, engine::startInference, warmUp, repeats);
            return new StepTimes(train, infer, engine.device().allocatedBytes());
        }
    }

    private static Time time(GpuEngine engine, Supplier<CapturedStep.Results> step, int warmUp, int repeats) {
        for (int i = 0; i < warmUp; i++) {
            step.get().get();
        }
        double[] waitedFor = new double[repeats];
        for (int i = 0; i < repeats; i++) {
            engine.device().synchronize();
            long start = System.nanoTime();
            step.get().get();
            waitedFor[i] = (System.nanoTime() - start) / 1e6;
        }
        return new Time(
                Spread.of(waitedFor).median(),
                Spread.of(inARow(engine, step, repeats)).median());
    }

    private static double[] inARow(GpuEngine engine, Supplier<CapturedStep.Results> step, int repeats) {
        List<CudaEvent> ends = new ArrayList<>();
        try {
            for (int i = 0; i <= repeats; i++) {
                step.get();
                CudaEvent end = CudaEvent.forTime(engine.device().driver());
                ends.add(end);
                engine.device().mark(end);
            }
            ends.getLast().synchronize();
            double[] times = new double[repeats];
            Arrays.setAll(times, i -> ends.get(i).millisecondsTo(ends.get(i + 1)));
            return times;
        } finally {
            ends.forEach(CudaEvent::close);
        }
    }
}
