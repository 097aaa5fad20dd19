package dev.voxgrad.medmnist.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.medmnist.data.Preparation;
import dev.voxgrad.medmnist.data.SyntheticShapes;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.source.DataSource;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.nets.study.StudyNet;
import dev.voxgrad.medmnist.run.ModelKind;
import dev.voxgrad.medmnist.run.RunFiles;
import dev.voxgrad.medmnist.run.RunInfo;
import dev.voxgrad.medmnist.run.member.EpochResult;
import dev.voxgrad.medmnist.run.member.MemberResult;
import dev.voxgrad.medmnist.train.settings.OptimizerKind;
import dev.voxgrad.medmnist.train.settings.TrainSettings;
import dev.voxgrad.medmnist.train.settings.TrainingRecipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Tests the trainer without the command line, on a few small volumes. */
class TrainerTest {
    private static final SyntheticShapes.Settings SHAPES = new SyntheticShapes.Settings(1, 12, 20, 10, 10, 0.4);
    private static final VolumeData DATA = SyntheticShapes.make(SHAPES);

    @TempDir
    private Path folder;

    private StopSignal stop = new StopSignal();
    private final List<String> progress = new ArrayList<>();

    /** Notes the progress, and requests a stop at a certain step. */
    private final class Listener implements TrainListener {
        private final String stopAt;

        Listener(String stopAt) {
            this.stopAt = stopAt;
        }

        @Override
        public void memberStarts(int member, NetSpec net, int epochs, double bestAuc) {
            progress.add("start " + member + " after " + epochs);
        }

        @Override
        public void stepDone(int member, int epoch, int step, int steps, double loss) {
            if (stopAt.equals(epoch + "." + step)) {
                stop.request();
            }
        }

        @Override
        public void epochDone(EpochResult epoch, boolean best) {
            progress.add("epoch " + epoch.epoch());
        }

        @Override
        public void memberDone(MemberResult member) {
            progress.add("done " + member.index());
        }

        @Override
        public void memberFailed(int member, String why) {
            progress.add("failed " + member + ": " + why);
        }

        @Override
        public void warning(String message) {
            progress.add("warning: " + message);
        }
    }

    private RunFiles create(String name, double learningRate) {
        return create(
                name,
                TrainSettings.builder()
                        .models(1)
                        .nets(List.of(StudyNet.NET1))
                        .epochs(2)
                        .batchSize(8)
                        .learningRate(learningRate)
                        .optimizer(OptimizerKind.SGD)
                        .augment("none")
                        .build());
    }

    private RunFiles create(String name, TrainSettings settings) {
        return RunFiles.create(
                folder.resolve(name),
                new RunInfo(
                        "1",
                        "25",
                        "2026-01-01T00:00:00Z",
                        "cpu: 1 thread, ",
                        "auto",
                        true,
                        null,
                        DataSource.synthetic(SHAPES),
                        null,
                        true,
                        DATA.task().officialName(),
                        DATA.labelNames(),
                        DATA.train().shape(),
                        null,
                        settings));
    }

    private void train(RunFiles run, String stopAt) {
        VolumeData data = DATA.prepared(run.info().settings().preparation());
        try (CpuDevice device = new CpuDevice(1)) {
            Trainer.Control control = new Trainer.Control(Duration.ofHours(1), stop);
            new Trainer(run, data, device, new Listener(stopAt), control).run(List.of(0));
        }
    }

    private static byte[] weights(RunFiles run, ModelKind kind) throws IOException {
        return Files.readAllBytes(run.weights(0, "net1", kind));
    }

    @Test
    void resumesBitForBitWithinAnEpoch() throws IOException {
        RunFiles whole = create("whole", 0.01);
        train(whole, "");
        assertThat(progress).containsExactly("start 0 after 0", "epoch 1", "epoch 2", "done 0");
        RunFiles run = create("run", 0.01);
        assertThatThrownBy(() -> train(run, "2.1"))
                .isInstanceOf(TrainingStoppedException.class)
                .hasMessageContaining("after epoch 1 and 1 steps");
        progress.clear();
        try (CpuDevice device = new CpuDevice(2)) {
            Trainer.Control control = new Trainer.Control(Duration.ofHours(1), new StopSignal());
            new Trainer(RunFiles.open(run.folder()), DATA, device, new Listener(""), control).run(List.of(0));
        }
        assertThat(progress).containsExactly("start 0 after 1", "epoch 2", "done 0");
        for (ModelKind kind : ModelKind.values()) {
            assertThat(weights(run, kind)).as(kind.label()).isEqualTo(weights(whole, kind));
        }
    }

    /** The rate, the factors of the volumes and the best of equal epochs do not depend on an interruption either. */
    @Test
    void officialRecipeResumesBitForBitWithinAnEpoch() throws IOException {
        TrainSettings settings = TrainingRecipe.MEDMNIST
                .settings(DataSource.synthetic(SHAPES))
                .models(1)
                .nets(List.of(StudyNet.NET1))
                .epochs(4)
                .batchSize(8)
                .preparation(Preparation.MEDMNIST.withShapeTransform())
                .build();
        RunFiles whole = create("whole", settings);
        train(whole, "");
        RunFiles run = create("run", settings);
        assertThatThrownBy(() -> train(run, "3.1")).isInstanceOf(TrainingStoppedException.class);
        stop = new StopSignal();
        train(RunFiles.open(run.folder()), "");
        for (ModelKind kind : ModelKind.values()) {
            assertThat(weights(run, kind)).as(kind.label()).isEqualTo(weights(whole, kind));
        }
    }

    @Test
    void failureIsRememberedAndNamed() {
        RunFiles run = create("run", 1e38);
        for (int attempt = 0; attempt < 2; attempt++) {
            assertThatThrownBy(() -> train(run, ""))
                    .isInstanceOf(TrainingException.class)
                    .hasMessageContaining("member 0 (net1): ")
                    .hasMessageContaining("in epoch 1, step 2")
                    .hasMessageEndingWith("try a smaller --lr");
        }
        assertThat(progress).hasSize(4).element(3).asString().startsWith("failed 0: member 0");
        assertThat(run.status().getFirst().words()).startsWith("failed: member 0 (net1): ");
    }
}
