package dev.voxgrad.bench.peers;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

import dev.voxgrad.bench.step.EngineName;
import dev.voxgrad.bench.step.StepCase;
import dev.voxgrad.bench.step.StepFlop;

/**
 * Collects all readings, round by round, and compares them.
 *
 * <p>A job that failed in a later round keeps its earlier readings, but is not compared.
 */
final class Comparison {
    private final List<EngineName> engines;
    private final List<StepCase> cases;
    private final Map<Job, List<Reading>> readings = new LinkedHashMap<>();
    private final Map<Job, String> failures = new LinkedHashMap<>();
    private final Map<StepCase, StepFlop> flop;
    /** Floating-point operations per second; 0 before it is measured. */
    private double peakFlop;

    /** Pairs one engine with one case. */
    record Job(EngineName engine, StepCase work) {}

    Comparison(List<EngineName> engines, List<StepCase> cases) {
        this(engines, cases, new HashMap<>());
    }

    /** Creates a comparison that shares counts with another one. */
    private Comparison(List<EngineName> engines, List<StepCase> cases, Map<StepCase, StepFlop> flop) {
        this.engines = List.copyOf(engines);
        this.cases = List.copyOf(cases);
        this.flop = flop;
        for (StepCase work : cases) {
            for (EngineName engine : engines) {
                readings.put(new Job(engine, work), new ArrayList<>());
            }
        }
    }

    List<EngineName> engines() {
        return engines;
    }

    /**
     * Returns the engines with which Voxgrad is compared; none if Voxgrad was not measured. For libtorch, this is the
     * tuned one if it was measured: a ratio to the other one would flatter Voxgrad.
     */
    List<EngineName> peers() {
        if (!engines.contains(EngineName.VOXGRAD)) {
            return List.of();
        }
        return engines.stream()
                .filter(engine -> engine != EngineName.VOXGRAD
                        && !(engine == EngineName.LIBTORCH_UNTUNED && engines.contains(EngineName.LIBTORCH)))
                .toList();
    }

    /** Returns whether the engine does the work of a phase at all. */
    static boolean does(EngineName engine, Phase phase) {
        return phase == Phase.INFER || engine.trains();
    }

    List<StepCase> cases() {
        return cases;
    }

    /** Returns the jobs of each round, with the engines in turn for every case. */
    List<Job> jobs() {
        return List.copyOf(readings.keySet());
    }

    void add(Job job, Reading reading) {
        of(job).add(reading);
    }

    /** Adds a measurement of the machine's peak in floating-point operations per second; the highest counts. */
    void addPeak(double measured) {
        peakFlop = Math.max(peakFlop, measured);
    }

    /** Returns the machine's peak in floating-point operations per second. */
    double peakFlop() {
        return peakFlop;
    }

    /** Records why a job failed; it must not be tried again. */
    void fail(Job job, String message) {
        failures.put(job, message);
    }

    boolean failed(Job job) {
        return failures.containsKey(job);
    }

    /** Returns why jobs failed, in the order of the failures. */
    List<String> failures() {
        return List.copyOf(failures.values());
    }

    /** Returns the same with only those cases for which every engine has a reading or has failed. */
    Comparison finished() {
        Comparison finished = new Comparison(
                engines,
                cases.stream()
                        .filter(work -> engines.stream()
                                .map(engine -> new Job(engine, work))
                                .allMatch(job -> failed(job) || !of(job).isEmpty()))
                        .toList(),
                flop);
        finished.addPeak(peakFlop);
        for (Job job : finished.jobs()) {
            of(job).forEach(reading -> finished.add(job, reading));
        }
        failures.forEach((job, message) -> {
            if (finished.readings.containsKey(job)) {
                finished.fail(job, message);
            }
        });
        return finished;
    }

    /** Returns the jobs with at least one reading, some of which may have failed later. */
    List<Job> measured() {
        return readings.keySet().stream().filter(job -> !of(job).isEmpty()).toList();
    }

    /** Returns the milliseconds of a measured job: the spread of each round's median over the rounds. */
    Spread milliseconds(Job job, Phase phase) {
        return spread(job, reading -> reading.median(phase));
    }

    /** Returns the floating-point operations of a case by definition, whatever an engine executes. */
    double flop(StepCase work, Phase phase) {
        StepFlop count = flop.computeIfAbsent(work, StepFlop::of);
        return phase == Phase.TRAIN ? count.train() : count.infer();
    }

    /**
     * Returns {@link #flop} per second of a measured job as a part of the {@linkplain #peakFlop peak}, from its {@link
     * #milliseconds}. An algorithm with fewer operations than the definition may exceed 1.
     */
    Spread peakShare(Job job, Phase phase) {
        double millisecondsAtPeak = flop(job.work(), phase) / peakFlop * 1e3;
        Spread time = milliseconds(job, phase);
        return new Spread(
                millisecondsAtPeak / time.median(), millisecondsAtPeak / time.max(), millisecondsAtPeak / time.min());
    }

    /**
     * Returns the ratio of the peer's time to Voxgrad's: the spread of each round's ratio over the rounds; empty if one
     * of the two failed, or if the peer does not do it.
     */
    Optional<Spread> ratio(EngineName peer, StepCase work, Phase phase) {
        if (!does(peer, phase) || !comparable(peer, work)) {
            return Optional.empty();
        }
        List<Reading> own = of(new Job(EngineName.VOXGRAD, work));
        List<Reading> others = of(new Job(peer, work));
        double[] ratios = new double[own.size()];
        for (int round = 0; round < ratios.length; round++) {
            ratios[round] = others.get(round).median(phase) / own.get(round).median(phase);
        }
        return Optional.of(Spread.of(ratios));
    }

    /**
     * Returns the ratio of the peer's peak memory in training to Voxgrad's, by medians; empty if one of them failed, or
     * if the peer does not train.
     */
    Optional<Spread> memoryRatio(EngineName peer, StepCase work) {
        if (!peer.trains() || !comparable(peer, work)) {
            return Optional.empty();
        }
        return Optional.of(Spread.of(peakRssMb(new Job(peer, work), Phase.TRAIN).median()
                / peakRssMb(new Job(EngineName.VOXGRAD, work), Phase.TRAIN).median()));
    }

    /** Returns the ratios' spread over the cases, each counted by its median; empty if nothing can be compared. */
    Optional<Spread> overCases(EngineName peer, Phase phase) {
        double[] medians = cases.stream()
                .flatMap(work -> ratio(peer, work, phase).stream())
                .mapToDouble(Spread::median)
                .toArray();
        return medians.length == 0 ? Optional.empty() : Optional.of(Spread.of(medians));
    }

    private boolean comparable(EngineName peer, StepCase work) {
        return !failed(new Job(EngineName.VOXGRAD, work)) && !failed(new Job(peer, work));
    }

    /** Returns a measured job's peak resident memory at the end of a phase in MiB: the spread over the rounds. */
    Spread peakRssMb(Job job, Phase phase) {
        return spread(job, reading -> reading.of(phase).peakRssMb());
    }

    /** Returns CPU time and page faults per step of a measured job: the median of each over the rounds. */
    Usage usage(Job job, Phase phase) {
        return new Usage(
                median(job, phase, Usage::userMs),
                median(job, phase, Usage::systemMs),
                median(job, phase, Usage::minorFaults),
                median(job, phase, Usage::majorFaults));
    }

    private double median(Job job, Phase phase, ToDoubleFunction<Usage> value) {
        return spread(job, reading -> value.applyAsDouble(reading.of(phase).usage()))
                .median();
    }

    /** Returns a measured job's readings, round by round. */
    List<Reading> readings(Job job) {
        return List.copyOf(of(job));
    }

    /** Returns name and version of an engine, {@code voxgrad 1.2}; the name alone if it was never measured. */
    String title(EngineName engine) {
        return measured().stream()
                .filter(job -> job.engine() == engine)
                .findFirst()
                .map(job -> engine.flag() + " " + of(job).getFirst().version())
                .orElse(engine.flag());
    }

    private List<Reading> of(Job job) {
        return Objects.requireNonNull(readings.get(job));
    }

    private Spread spread(Job job, ToDoubleFunction<Reading> value) {
        return Spread.of(of(job).stream().mapToDouble(value).toArray());
    }
}
