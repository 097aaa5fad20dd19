package dev.voxgrad.bench.peers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

import dev.voxgrad.bench.step.EngineName;
import dev.voxgrad.bench.step.StepCase;

/** All readings, round by round, and what follows from them. */
final class Comparison {
    private final List<EngineName> engines;
    private final List<StepCase> cases;
    private final Map<Job, List<Reading>> readings = new LinkedHashMap<>();

    /** One engine on one case. */
    record Job(EngineName engine, StepCase work) {}

    Comparison(List<EngineName> engines, List<StepCase> cases) {
        this.engines = List.copyOf(engines);
        this.cases = List.copyOf(cases);
        for (StepCase work : cases) {
            for (EngineName engine : engines) {
                readings.put(new Job(engine, work), new ArrayList<>());
            }
        }
    }

    List<EngineName> engines() {
        return engines;
    }

    /** Those that Voxgrad can be compared with; none where it was not measured itself. */
    List<EngineName> peers() {
        return engines.contains(EngineName.VOXGRAD)
                ? engines.stream().filter(engine -> engine != EngineName.VOXGRAD).toList() : List.of();
    }

    List<StepCase> cases() {
        return cases;
    }

    /** What each round consists of, engines in turn for every case. */
    List<Job> jobs() {
        return List.copyOf(readings.keySet());
    }

    void add(Job job, Reading reading) {
        readings.get(job).add(reading);
    }

    /** Milliseconds: the spread over the rounds of each round's median. */
    Spread milliseconds(Job job, Phase phase) {
        return spread(job, reading -> reading.median(phase));
    }

    /** How many times as long as Voxgrad the peer took: the spread over the rounds of each round's ratio. */
    Spread ratio(EngineName peer, StepCase work, Phase phase) {
        List<Reading> own = readings.get(new Job(EngineName.VOXGRAD, work));
        List<Reading> others = readings.get(new Job(peer, work));
        double[] ratios = new double[own.size()];
        for (int round = 0; round < ratios.length; round++) {
            ratios[round] = others.get(round).median(phase) / own.get(round).median(phase);
        }
        return Spread.of(ratios);
    }

    /** Peak resident memory of the process at the end of the phase, MiB: the spread over the rounds. */
    Spread peakRssMb(Job job, Phase phase) {
        return spread(job, reading -> reading.peakRssMb(phase));
    }

    String version(EngineName engine) {
        return readings.get(new Job(engine, cases.getFirst())).getFirst().version();
    }

    private Spread spread(Job job, ToDoubleFunction<Reading> value) {
        return Spread.of(readings.get(job).stream().mapToDouble(value).toArray());
    }
}
