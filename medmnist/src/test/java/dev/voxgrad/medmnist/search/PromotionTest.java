package dev.voxgrad.medmnist.search;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import dev.voxgrad.engine.cuda.driver.DeviceMemoryException;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.medmnist.data.SyntheticShapes;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.model.TinyRun;
import dev.voxgrad.medmnist.nets.study.StudyNet;
import dev.voxgrad.medmnist.run.ModelKind;
import dev.voxgrad.medmnist.run.RunFiles;
import dev.voxgrad.medmnist.run.RunInfo;
import dev.voxgrad.medmnist.run.member.MemberResult;
import dev.voxgrad.medmnist.search.space.SpaceFile;
import dev.voxgrad.medmnist.search.strategy.Budget;
import dev.voxgrad.medmnist.search.strategy.Method;
import dev.voxgrad.medmnist.search.strategy.Plan;
import dev.voxgrad.medmnist.search.strategy.Rungs;
import dev.voxgrad.medmnist.search.strategy.TrialState;
import dev.voxgrad.medmnist.train.StopSignal;
import dev.voxgrad.medmnist.train.Trainer;
import dev.voxgrad.medmnist.train.TrainingStoppedException;
import dev.voxgrad.medmnist.train.settings.TrainSettings;
import dev.voxgrad.nn.NamedTensor;
import dev.voxgrad.nn.weights.WeightsFile;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests searches without the command line, on a few small synthetic shapes. */
class PromotionTest {
    private static final List<String> SPACE = List.of(
            "net choice net1-w0.0625, net1-w0.125",
            "schedule choice cosine, multistep",
            "warmup-epochs int 0 to 1",
            "ema choice 0, 0.9",
            "lr log 1e-3 to 0.1");

    @TempDir
    private Path folder;

    private static SyntheticShapes.Settings shapes(int train) {
        return new SyntheticShapes.Settings(1, 8, train, 20, 5, 0.2);
    }

    private static TrainSettings base(int epochs) {
        return TrainSettings.builder()
                .models(1)
                .nets(List.of(StudyNet.NET1))
                .epochs(epochs)
                .batchSize(8)
                .augment("none")
                .build();
    }

    private SearchFiles create(String name, List<String> space, Plan plan, SyntheticShapes.Settings shapes) {
        VolumeData data = SyntheticShapes.make(shapes);
        TrainSettings base = base(plan.rungs().epochs().getLast());
        RunInfo run = TinyRun.info(shapes, data.train().shape(), base);
        List<String> lines = SpaceFile.parse(space, "space").toText().lines().toList();
        return SearchFiles.create(
                folder.resolve(name), new SearchInfo(run, data.val().size(), lines, plan));
    }

    private static void work(
            SearchFiles search, SyntheticShapes.Settings shapes, SearchListener listener, StopSignal stop) {
        VolumeData data = SyntheticShapes.make(shapes);
        try (CpuDevice device = new CpuDevice(1)) {
            Trainer.Control control = new Trainer.Control(Duration.ofHours(1), stop);
            new Worker(
                            search,
                            data,
                            device,
                            listener,
                            control,
                            (settings, place) -> RunFiles.create(
                                    place, TinyRun.info(shapes, data.train().shape(), settings)))
                    .work();
        }
    }

    private SearchFiles search(String name, List<String> space, Plan plan, SyntheticShapes.Settings shapes) {
        SearchFiles search = create(name, space, plan, shapes);
        work(search, shapes, new SilentSearch(), new StopSignal());
        return search;
    }

    /** Returns the weights and tables of a run by their names. */
    private static Map<String, String> outcome(Path run) throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(run)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = run.relativize(file).toString();
                if (name.startsWith("weights") || name.equals("history.csv") || name.equals("members.csv")) {
                    contents.put(name, HexFormat.of().formatHex(Files.readAllBytes(file)));
                }
            }
        }
        return contents;
    }

    /** A trial that was promoted from rung to rung equals one with the same settings that was trained straight. */
    @Test
    void promotedTrialsEqualStraightTraining() throws IOException {
        Plan plan = new Plan(Method.ASHA, Rungs.of(1, 4, 2), Budget.parse("16epochs"), 20, 3, Plan.ANY_WORKERS);
        SearchFiles search = search("search", SPACE, plan, shapes(24));
        List<Trial> trials = search.trials();
        assertThat(trials).anyMatch(trial -> trial.epochs() == 4).anyMatch(trial -> trial.epochs() == 1);
        VolumeData data = SyntheticShapes.make(shapes(24));
        for (Trial trial : trials) {
            RunFiles straight = RunFiles.create(
                    folder.resolve("straight-" + trial.number()),
                    RunFiles.open(trial.run()).info());
            try (CpuDevice device = new CpuDevice(1)) {
                Trainer.Control control =
                        new Trainer.Control(Duration.ofHours(1), new StopSignal()).withPauseAfterEpoch(trial.epochs());
                new Trainer(straight, data, device, new TinyRun.Silent(), control).run(List.of(0));
            }
            assertThat(outcome(trial.run())).isEqualTo(outcome(straight.folder()));
        }
        assertThat(trials.stream()
                        .map(trial ->
                                RunFiles.open(trial.run()).info().settings().seed()))
                .doesNotHaveDuplicates();
    }

    /** A search that is stopped after every fourth step ends with the same leaderboard to the byte. */
    @Test
    void interruptedSearchEndsAsUndisturbed() throws IOException {
        Plan plan = new Plan(Method.ASHA, Rungs.of(1, 4, 2), Budget.parse("9epochs"), 20, 5, Plan.ANY_WORKERS);
        SearchFiles undisturbed = search("undisturbed", SPACE, plan, shapes(24));
        SearchFiles interrupted = create("interrupted", SPACE, plan, shapes(24));
        int stops = 0;
        boolean ended = false;
        while (!ended) {
            StopSignal stop = new StopSignal();
            int[] steps = {0};
            SearchListener stopping = new SilentSearch() {
                @Override
                public void stepDone(int member, int epoch, int step, int count, double loss) {
                    if (++steps[0] == 4) {
                        stop.request();
                    }
                }
            };
            try {
                work(SearchFiles.open(interrupted.folder()), shapes(24), stopping, stop);
                ended = true;
            } catch (TrainingStoppedException e) {
                stops++;
            }
        }
        assertThat(stops).isGreaterThan(5);
        assertThat(interrupted.folder().resolve(Leaderboard.FILE))
                .hasSameTextualContentAs(undisturbed.folder().resolve(Leaderboard.FILE));
        for (Trial trial : undisturbed.trials()) {
            Path other = interrupted.folder().resolve(undisturbed.folder().relativize(trial.run()));
            assertThat(outcome(other)).isEqualTo(outcome(trial.run()));
        }
    }

    static List<Throwable> memoryFailures() throws ReflectiveOperationException {
        Constructor<DeviceMemoryException> full = DeviceMemoryException.class.getDeclaredConstructor(String.class);
        full.setAccessible(true);
        return List.of(full.newInstance("the GPU's memory is full"), new OutOfMemoryError("Java heap space"));
    }

    /** Otherwise it would be interrupted for ever: every worker would resume it first, and end in the same way. */
    @ParameterizedTest
    @MethodSource("memoryFailures")
    void aTrialThatNeedsTooMuchMemoryFails(Throwable full) {
        assertFirstTrialFails(String.valueOf(full.getMessage()), new SilentSearch() {
            private int trial;

            @Override
            public void jobStarts(Trial next, int epochs, Spent spent) {
                trial = next.number();
            }

            @Override
            public void stepDone(int member, int epoch, int step, int count, double loss) {
                if (trial == 0) {
                    PromotionTest.<RuntimeException>raise(full);
                }
            }
        });
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void raise(Throwable failure) throws T {
        throw (T) failure;
    }

    /** In a multi-label task, training does not notice them: their sigmoids are 0 or 1. */
    @Test
    void aTrialWithInfiniteLogitsFails() {
        assertFirstTrialFails("gives volume 0 the score", new SilentSearch() {
            private Path run = folder;

            @Override
            public void jobStarts(Trial next, int epochs, Spent spent) {
                run = next.run();
            }

            @Override
            public void memberDone(MemberResult member) {
                if (run.toString().contains("0000")) {
                    enlarge(RunFiles.open(run)
                            .weights(member.index(), member.net().name(), ModelKind.BEST));
                }
            }
        });
    }

    /** Multiplies the weights of a file by a number that makes their products overflow. */
    private static void enlarge(Path file) {
        WeightsFile weights = WeightsFile.read(file);
        for (NamedTensor tensor : weights.tensors().values()) {
            if (tensor instanceof NamedTensor.Floats floats) {
                for (int i = 0; i < floats.values().length; i++) {
                    floats.values()[i] *= 1e30f;
                }
            }
        }
        weights.write(file);
    }

    private void assertFirstTrialFails(String why, SearchListener listener) {
        Plan plan = new Plan(Method.ASHA, Rungs.of(1, 1, 2), null, 2, 3, Plan.ANY_WORKERS);
        List<String> space = List.of("lr log 1e-3 to 0.1", "net choice net1-w0.125");
        SearchFiles search = create("search", space, plan, shapes(16));
        work(search, shapes(16), listener, new StopSignal());
        assertThat(search.trials())
                .extracting(Trial::status)
                .containsExactly(TrialState.Status.FAILED, TrialState.Status.WAITING);
        assertThat(search.trials().getFirst().words()).contains(why);
    }

    /**
     * Of 15 decades of learning rates, only those from about 1e-3 to 1 reach an AUC of 0.8 within nine epochs: below,
     * the net hardly learns, and above, it only gets worse.
     */
    @Test
    @Tag("thorough")
    void findsThePlantedLearningRates() {
        List<String> found = new ArrayList<>();
        for (int seed = 1; seed <= 10; seed++) {
            Plan plan =
                    new Plan(Method.ASHA, Rungs.of(1, 9, 3), Budget.parse("50epochs"), 1000, seed, Plan.ANY_WORKERS);
            List<String> space = List.of("lr log 1e-10 to 1e5", "net choice net1-w0.125");
            SearchFiles search =
                    search("seed-" + seed, space, plan, new SyntheticShapes.Settings(1, 8, 80, 100, 5, 0.1));
            Trial best = search.best(1).getFirst();
            double rate =
                    Double.parseDouble(best.info().configuration().find("lr").orElseThrow());
            found.add(rate + " " + best.result().orElseThrow().auc());
        }
        assertThat(found)
                .filteredOn(one -> {
                    double rate = Double.parseDouble(one.split(" ")[0]);
                    return rate > 3e-4 && rate < 3;
                })
                .as("rates and AUCs " + found)
                .hasSizeGreaterThanOrEqualTo(9);
    }
}
