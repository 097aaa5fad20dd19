package dev.voxgrad.medmnist.run;

import java.nio.file.Path;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.device.ConvolutionMode;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.medmnist.data.Preparation;
import dev.voxgrad.medmnist.data.Window;
import dev.voxgrad.medmnist.data.source.DataSource;
import dev.voxgrad.medmnist.train.settings.CrossValidation;
import dev.voxgrad.medmnist.train.settings.OptimizerKind;
import dev.voxgrad.medmnist.train.settings.Start;
import dev.voxgrad.medmnist.train.settings.Ties;
import dev.voxgrad.medmnist.train.settings.TrainSettings;
import dev.voxgrad.medmnist.train.settings.TrainingOptions;
import dev.voxgrad.medmnist.train.settings.TrainingRecipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Tests what may change when a run is resumed. */
class RunInfoTest {
    private static final TrainSettings SETTINGS = TrainSettings.defaults(1);

    private static RunInfo info(TrainSettings settings, String device, @Nullable CrossValidation folds) {
        return new RunInfo(
                "1",
                "25",
                "2026-01-01T00:00:00Z",
                device,
                "auto",
                true,
                null,
                DataSource.file(Path.of("own.npz"), List.of()),
                null,
                false,
                "binary-class",
                List.of("a", "b"),
                null,
                folds,
                settings);
    }

    private static RunInfo info() {
        return info(SETTINGS, "cpu: 2 threads, 256-bit vectors, auto convolution", null);
    }

    @Test
    void epochsAndModelsMayGrow() {
        info().requireCompatible(SETTINGS);
        info().requireCompatible(SETTINGS.toBuilder().epochs(501).models(16).build());
    }

    @Test
    void namesEveryOptionThatDiffers() {
        TrainSettings now = SETTINGS.toBuilder()
                .models(14)
                .batchSize(16)
                .optimizer(OptimizerKind.SGD)
                .build();
        assertThatThrownBy(() -> info().requireCompatible(now))
                .isInstanceOf(IncompatibleRunException.class)
                .hasMessage(
                        "--models is 14, but the run was started with 15; --batch-size is 16, but the run was started "
                                + "with 32; --optimizer is sgd, but the run was started with adamw. A resumed run keeps its "
                                + "settings: leave the option out, or start a new run");
    }

    @Test
    void everyPartOfARecipeMustStay() {
        TrainSettings now = SETTINGS.toBuilder()
                .recipe(TrainingRecipe.MEDMNIST)
                .preparation(Preparation.MEDMNIST.withShapeTransform())
                .start(Start.I3D)
                .ties(Ties.FIRST)
                .build();
        assertThatThrownBy(() -> info().requireCompatible(now))
                .isInstanceOf(IncompatibleRunException.class)
                .hasMessageStartingWith("--recipe is medmnist, but the run was started with study; "
                        + "--normalise is none, but the run was started with study; "
                        + "--rgb is true, but the run was started with false; "
                        + "--shape-transform is true, but the run was started with false; "
                        + "--scale is 0.5, but the run was started with 1.0; "
                        + "--start is i3d, but the run was started with default; "
                        + "--ties is first, but the run was started with latest. A resumed run");
    }

    @Test
    void scheduleMayFixTheEpochs() {
        TrainingOptions plain = TrainingOptions.PLAIN;
        TrainingOptions cosine = new TrainingOptions(
                TrainingOptions.Schedule.COSINE,
                plain.warmupEpochs(),
                plain.clipNorm(),
                plain.patience(),
                plain.classWeights(),
                plain.ema());
        TrainSettings started = SETTINGS.toBuilder().options(cosine).build();
        assertThatThrownBy(() -> info(started, "cpu: 1 thread, ", null)
                        .requireCompatible(started.toBuilder().epochs(501).build()))
                .hasMessageContaining("--epochs is 501, but the run was started with 500")
                .hasMessageContaining("--schedule cosine");
    }

    @Test
    void foldsMustStay() {
        CrossValidation none = null;
        info().requireCompatible(none);
        assertThatThrownBy(() -> info().requireCompatible(new CrossValidation(3)))
                .hasMessageContaining("--folds is 3, but the run was started with none");
        RunInfo folded = info(SETTINGS, "cpu: 1 thread, ", new CrossValidation(5));
        folded.requireCompatible(none);
        folded.requireCompatible(new CrossValidation(5));
        assertThatThrownBy(() -> folded.requireCompatible(new CrossValidation(3)))
                .hasMessageContaining("--folds is 3, but the run was started with 5");
    }

    @Test
    void deviceMustComputeAlike() {
        assertThatThrownBy(() -> info().requireCompatible(ReferenceDevice.INSTANCE))
                .hasMessageContaining("--device is reference, but the run was started with cpu");
        try (CpuDevice direct = new CpuDevice(1, ConvolutionMode.DIRECT, true)) {
            assertThatThrownBy(() -> info().requireCompatible(direct))
                    .hasMessageContaining("--convolution is direct, but the run was started with auto");
        }
    }

    @Test
    void threadsDoNotAffectResults() {
        try (CpuDevice one = new CpuDevice(1);
                CpuDevice two = new CpuDevice(2);
                CpuDevice unfused = new CpuDevice(2, ConvolutionMode.AUTO, false)) {
            RunInfo started = info(SETTINGS, two.description(), null);
            for (CpuDevice device : List.of(one, two, unfused)) {
                assertThatCode(() -> started.requireCompatible(device)).doesNotThrowAnyException();
            }
            assertThat(started.computesAs(one)).isTrue();
            assertThat(started.computesAs(two)).isTrue();
            assertThat(started.computesAs(unfused)).isFalse();
            assertThat(info(SETTINGS, unfused.description(), null).computesAs(one))
                    .isFalse();
        }
    }

    @Test
    void windowMustStay() {
        Window none = null;
        info().requireCompatible(none);
        info().requireCompatible(Window.BYTES);
        assertThatThrownBy(() -> info().requireCompatible(new Window(0, 1)))
                .hasMessageContaining("--window is 0,1, but the volumes of this run are read with 0,255");
    }
}
