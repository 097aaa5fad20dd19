package dev.voxgrad.bench.peers;

import java.util.List;
import java.util.Map;

import dev.voxgrad.bench.peers.Comparison.Job;
import dev.voxgrad.bench.peers.Reading.Measured;
import dev.voxgrad.bench.step.EngineName;
import dev.voxgrad.bench.step.StepCase;
import dev.voxgrad.medmnist.nets.study.StudyNet;

/** Creates fake readings. */
final class Samples {
    static final StepCase SMALL = new StepCase(StudyNet.NET1, 28, 32);
    static final StepCase LARGE = new StepCase(StudyNet.NET1, 64, 4);

    /** The machine's peak in floating-point operations per second. */
    static final double PEAK_FLOP = 500e9;

    private Samples() {}

    /** Returns a comparison without readings on a machine with {@link #PEAK_FLOP}. */
    static Comparison comparison(List<EngineName> engines, StepCase... cases) {
        Comparison comparison = new Comparison(engines, List.of(cases));
        comparison.addPeak(PEAK_FLOP);
        return comparison;
    }

    /**
     * Returns the reading of a process whose steps all took that long; its inferences took a quarter of the time and
     * half the memory; the kernel used a fifth of training's CPU time.
     */
    static Reading reading(double trainMs, long trainPeakRssMb) {
        Usage usage = new Usage(1.6 * trainMs, 0.4 * trainMs, 1000, 2);
        return new Reading(
                "1.2",
                new Measured(new double[] {trainMs, trainMs, trainMs}, trainPeakRssMb, usage, "contiguous"),
                new Measured(
                        new double[] {trainMs / 4, trainMs / 4, trainMs / 4},
                        trainPeakRssMb / 2,
                        new Usage(0.5 * trainMs, 0, 10, 0),
                        "channels_last_3d"),
                0.7,
                0.4,
                Map.of("OMP_NUM_THREADS", "2"),
                List.of("MALLOC_ARENA_MAX"));
    }

    /** Returns two rounds of two engines on two cases; libtorch takes twice, then four times as long as Voxgrad. */
    static Comparison comparison() {
        Comparison comparison = comparison(List.of(EngineName.VOXGRAD, EngineName.LIBTORCH), SMALL, LARGE);
        for (StepCase work : comparison.cases()) {
            comparison.add(new Job(EngineName.VOXGRAD, work), reading(400, 1000));
            comparison.add(new Job(EngineName.LIBTORCH, work), reading(800, 1500));
            comparison.add(new Job(EngineName.VOXGRAD, work), reading(500, 1100));
            comparison.add(new Job(EngineName.LIBTORCH, work), reading(2000, 1520));
        }
        return comparison;
    }

    /** Returns one round of Voxgrad, 100 ms to infer, and of ONNX Runtime, 300 ms. */
    static Comparison inference() {
        Comparison comparison = comparison(List.of(EngineName.VOXGRAD, EngineName.ONNXRUNTIME), SMALL);
        comparison.add(new Job(EngineName.VOXGRAD, SMALL), reading(400, 1000));
        Measured infer = new Measured(new double[] {300}, 700, new Usage(500, 0, 0, 0), "");
        comparison.add(
                new Job(EngineName.ONNXRUNTIME, SMALL),
                new Reading("1.23", null, infer, null, null, Map.of(), List.of()));
        return comparison;
    }

    /** Returns one round of three engines on one case: Voxgrad 400 ms, libtorch 800 ms tuned and 2000 ms untuned. */
    static Comparison bothWays() {
        Comparison comparison =
                comparison(List.of(EngineName.VOXGRAD, EngineName.LIBTORCH, EngineName.LIBTORCH_UNTUNED), SMALL);
        comparison.add(new Job(EngineName.VOXGRAD, SMALL), reading(400, 1000));
        comparison.add(new Job(EngineName.LIBTORCH, SMALL), reading(800, 1500));
        comparison.add(new Job(EngineName.LIBTORCH_UNTUNED, SMALL), reading(2000, 1200));
        return comparison;
    }
}
