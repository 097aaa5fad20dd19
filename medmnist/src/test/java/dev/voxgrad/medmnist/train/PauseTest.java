package dev.voxgrad.medmnist.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.medmnist.data.SyntheticShapes;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.io.Sha256;
import dev.voxgrad.medmnist.model.TinyRun;
import dev.voxgrad.medmnist.nets.Nets;
import dev.voxgrad.medmnist.run.ModelKind;
import dev.voxgrad.medmnist.run.RunFiles;
import dev.voxgrad.medmnist.run.member.MemberLock;
import dev.voxgrad.medmnist.run.member.MemberStatus;
import dev.voxgrad.medmnist.train.settings.ClassWeights;
import dev.voxgrad.medmnist.train.settings.TrainSettings;
import dev.voxgrad.medmnist.train.settings.TrainingOptions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Tests that a member that pauses, once or several times, ends as one that was trained straight. */
class PauseTest {
    private static final SyntheticShapes.Settings SHAPES = new SyntheticShapes.Settings(1, 12, 20, 10, 10, 0.4);
    private static final VolumeData DATA = SyntheticShapes.make(SHAPES);
    private static final int EPOCHS = 5;
    private static final String NET = "net1-w0.25";

    @TempDir
    private Path folder;

    private static TrainSettings settings(TrainingOptions.Schedule schedule, int warmup, int patience, double ema) {
        return TrainSettings.builder()
                .models(1)
                .nets(List.of(Nets.named(NET)))
                .epochs(EPOCHS)
                .batchSize(8)
                .augment("centred")
                .options(new TrainingOptions(schedule, warmup, 1, patience, ClassWeights.NONE, ema))
                .build();
    }

    private RunFiles create(String name, TrainSettings settings) {
        return RunFiles.create(
                folder.resolve(name), TinyRun.info(SHAPES, DATA.train().shape(), settings));
    }

    private static void train(RunFiles run, int pauseAfterEpoch, int threads) {
        try (CpuDevice device = new CpuDevice(threads)) {
            Trainer.Control control =
                    new Trainer.Control(Duration.ofHours(1), new StopSignal()).withPauseAfterEpoch(pauseAfterEpoch);
            RunFiles opened = RunFiles.open(run.folder());
            new Trainer(opened, DATA, device, new TinyRun.Silent(), control).run(List.of(0));
        }
    }

    /** Returns the SHA-256 of the weights, and the tables, by the name of the file. */
    private static Map<String, String> outcome(RunFiles run) throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> weights = Files.list(run.folder().resolve("weights"))) {
            for (Path file : weights.toList()) {
                MessageDigest digest = Sha256.digest();
                digest.update(Files.readAllBytes(file));
                files.put(file.getFileName().toString(), Sha256.hex(digest));
            }
        }
        for (String table : List.of("history.csv", "members.csv")) {
            files.put(table, Files.readString(run.folder().resolve(table)));
        }
        return files;
    }

    private void pausedEqualsStraight(TrainSettings settings) throws IOException {
        RunFiles straight = create("straight", settings);
        train(straight, EPOCHS, 1);
        Map<String, String> expected = outcome(straight);
        assertThat(expected).hasSize(4);
        RunFiles paused = create("paused", settings);
        for (int pause : new int[] {1, 3, EPOCHS}) {
            train(paused, pause, pause); // the number of threads does not matter either
        }
        assertThat(outcome(paused)).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource(TrainingOptions.Schedule.class)
    void pausedEqualsStraightWithEverySchedule(TrainingOptions.Schedule schedule) throws IOException {
        pausedEqualsStraight(settings(schedule, 0, 0, 0));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void pausedEqualsStraightWithAverageWarmUpAndPatience(int warmup) throws IOException {
        pausedEqualsStraight(settings(TrainingOptions.Schedule.COSINE, warmup, EPOCHS, 0.9));
    }

    /** A pause leaves the best model, but no last model and no row of a finished member. */
    @Test
    void pauseKeepsWhatWasLearned() throws IOException {
        RunFiles run = create("run", settings(TrainingOptions.Schedule.MULTISTEP, 0, 0, 0));
        train(run, 2, 1);
        train(run, 2, 1); // there is nothing left to train until the pause
        MemberStatus status = run.status().getFirst();
        assertThat(status.epochs()).isEqualTo(2);
        assertThat(status.finished()).isFalse();
        assertThat(run.weights(0, NET, ModelKind.BEST)).exists();
        assertThat(run.weights(0, NET, ModelKind.LAST)).doesNotExist();
        assertThat(Files.readAllLines(run.file("history.csv"))).hasSize(3);
        assertThat(Files.readAllLines(run.file("members.csv"))).hasSize(1);
    }

    @Test
    void trainsWithALockThatTheCallerHolds() {
        RunFiles run = create("run", settings(TrainingOptions.Schedule.CONSTANT, 0, 0, 0));
        try (CpuDevice device = new CpuDevice(1)) {
            Trainer.Control control = new Trainer.Control(Duration.ofHours(1), new StopSignal()).withPauseAfterEpoch(1);
            Trainer trainer = new Trainer(run, DATA, device, new TinyRun.Silent(), control);
            MemberLock lock = run.member(0).takeLock();
            trainer.run(0, lock);
            lock.close();
            assertThatThrownBy(() -> trainer.run(0, lock)).hasMessageContaining("was released");
        }
        assertThat(run.status().getFirst().epochs()).isEqualTo(1);
    }
}
