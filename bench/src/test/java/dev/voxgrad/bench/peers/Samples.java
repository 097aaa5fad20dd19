package dev.voxgrad.bench.peers;

import java.util.List;

import dev.voxgrad.bench.peers.Comparison.Job;
import dev.voxgrad.bench.step.EngineName;
import dev.voxgrad.bench.step.StepCase;
import dev.voxgrad.medmnist.nets.NetSpec;

/** Made-up readings. */
final class Samples {
    static final StepCase SMALL = new StepCase(NetSpec.NET1, 28, 32);
    static final StepCase LARGE = new StepCase(NetSpec.NET1, 64, 4);

    private Samples() {}

    /** A process whose steps all took that long, its inferences a quarter of it and half the memory. */
    static Reading reading(double trainMs, long trainPeakRssMb) {
        return new Reading("1.2", new double[] {trainMs, trainMs, trainMs},
                new double[] {trainMs / 4, trainMs / 4, trainMs / 4}, trainPeakRssMb, trainPeakRssMb / 2,
                0.7, 0.4);
    }

    /** Two rounds of two engines on two cases; libtorch takes twice, then four times as long as Voxgrad. */
    static Comparison comparison() {
        Comparison comparison = new Comparison(List.of(EngineName.VOXGRAD, EngineName.LIBTORCH), List.of(SMALL, LARGE));
        for (StepCase work : comparison.cases()) {
            comparison.add(new Job(EngineName.VOXGRAD, work), reading(400, 1000));
            comparison.add(new Job(EngineName.LIBTORCH, work), reading(800, 1500));
            comparison.add(new Job(EngineName.VOXGRAD, work), reading(500, 1100));
            comparison.add(new Job(EngineName.LIBTORCH, work), reading(2000, 1520));
        }
        return comparison;
    }
}
