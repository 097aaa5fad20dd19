package dev.voxgrad.medmnist.train.settings;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.voxgrad.medmnist.augment.Transform;
import dev.voxgrad.medmnist.data.DatasetInfo;
import dev.voxgrad.medmnist.data.Preparation;
import dev.voxgrad.medmnist.data.source.DataSource;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.nets.Nets;
import dev.voxgrad.medmnist.nets.resnet.ResNet;
import dev.voxgrad.medmnist.nets.study.StudyNet;
import dev.voxgrad.nn.optim.Adam;
import dev.voxgrad.nn.optim.LearningRateSchedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

class TrainingRecipeTest {
    private static DataSource official(String flag) {
        return DataSource.official(flag, Path.of("/data"), 28);
    }

    @Test
    void medmnistIsTheOfficialRecipe() {
        TrainSettings settings =
                TrainingRecipe.MEDMNIST.settings(official("nodulemnist3d")).build();
        assertThat(settings.recipe()).isEqualTo(TrainingRecipe.MEDMNIST);
        assertThat(settings.optimizer()).isEqualTo(OptimizerKind.ADAM);
        assertThat(settings.learningRate()).isEqualTo(0.001);
        assertThat(settings.weightDecay()).isZero();
        assertThat(settings.optimizer().rule(settings.learningRate(), settings.weightDecay()))
                .isInstanceOf(Adam.class);
        assertThat(settings.epochs()).isEqualTo(100);
        assertThat(settings.batchSize()).isEqualTo(32);
        assertThat(settings.shuffle()).isTrue();
        assertThat(settings.augment()).isEqualTo("none");
        assertThat(settings.augmentation().steps()).isEmpty();
        assertThat(settings.start()).isEqualTo(Start.I3D);
        assertThat(settings.ties()).isEqualTo(Ties.FIRST);
        assertThat(settings.options())
                .isEqualTo(TrainingOptions.PLAIN.withSchedule(TrainingOptions.Schedule.MULTISTEP));
        assertThat(settings.preparation()).isEqualTo(new Preparation(Preparation.Normalise.NONE, true, 1, false));
    }

    @Test
    void onlyMasksAreTransformedAsShapes() {
        for (DatasetInfo set : DatasetInfo.values()) {
            TrainSettings settings =
                    TrainingRecipe.MEDMNIST.settings(official(set.flag())).build();
            boolean masks = set == DatasetInfo.ADRENAL || set == DatasetInfo.VESSEL;
            assertThat(settings.preparation().shapeTransform()).as(set.flag()).isEqualTo(masks);
            assertThat(settings.preparation().scale()).as(set.flag()).isEqualTo(masks ? 0.5 : 1);
            assertThat(settings.augmentation().steps())
                    .extracting(step -> step.transform().name())
                    .isEqualTo(masks ? List.of("brightness") : List.of());
        }
        assertThat(TrainingRecipe.MEDMNIST
                        .settings(DataSource.file(Path.of("own.npz"), List.of()))
                        .build()
                        .preparation()
                        .shapeTransform())
                .isFalse();
    }

    @Test
    void shapeTransformFollowsTheAugmentation() {
        TrainSettings settings = TrainingRecipe.MEDMNIST
                .settings(official("vesselmnist3d"))
                .augment("torchio")
                .build();
        assertThat(settings.augmentation().steps())
                .extracting(step -> step.transform())
                .extracting(Transform::name)
                .containsExactly("noise", "flip", "blur", "bias", "motion", "affine", "brightness");
    }

    @Test
    void studyIsUnchanged() {
        assertThat(TrainingRecipe.STUDY.settings(official("vesselmnist3d")).build())
                .isEqualTo(TrainSettings.defaults(TrainSettings.SEED));
        assertThat(TrainSettings.defaults(1).recipe()).isEqualTo(TrainingRecipe.STUDY);
    }

    /** First epochs of the three rates, counted from 0: ⌊E/2⌋ and ⌊3E/4⌋. */
    @ParameterizedTest
    @CsvSource({"100,50,75", "10,5,7", "7,3,5", "4,2,3", "2,1,1", "3,1,2"})
    void rateDropsAtHalfAndThreeQuarters(int epochs, int half, int threeQuarters) {
        LearningRateSchedule rates = TrainingRecipe.MEDMNIST
                .settings(official("organmnist3d"))
                .build()
                .options()
                .rates(0.001, epochs);
        for (int epoch = 0; epoch < epochs; epoch++) {
            double expected = epoch < half ? 1e-3 : epoch < threeQuarters ? 1e-4 : 1e-5;
            assertThat(rates.at(epoch)).as("epoch " + epoch).isCloseTo(expected, within(1e-15));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void rateIsTheGivenOneInTheFirstEpoch(int epochs) {
        assertThat(TrainingOptions.PLAIN
                        .withSchedule(TrainingOptions.Schedule.MULTISTEP)
                        .rates(0.1, epochs)
                        .at(0))
                .isEqualTo(0.1);
    }

    @Test
    void netsHaveTheRecipesTheyWerePublishedWith() {
        assertThat(TrainingRecipe.of(List.copyOf(StudyNet.ALL))).isEqualTo(TrainingRecipe.STUDY);
        assertThat(TrainingRecipe.of(List.copyOf(ResNet.ALL))).isEqualTo(TrainingRecipe.MEDMNIST);
        List<NetSpec> mixed = new ArrayList<>(StudyNet.ALL);
        mixed.add(Nets.named("resnet18-acs"));
        assertThatThrownBy(() -> TrainingRecipe.of(mixed))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("nets is net1,net2,net3,resnet18-acs")
                .hasMessageContaining("study: net1, net2, net3; medmnist: resnet18-acs")
                .hasMessageContaining("add --recipe study or --recipe medmnist, or make two runs");
    }

    @Test
    void unknownRecipesAreRefused() {
        assertThat(TrainingRecipe.byFlag("medmnist")).isEqualTo(TrainingRecipe.MEDMNIST);
        assertThatThrownBy(() -> TrainingRecipe.byFlag("official"))
                .hasMessage("recipe is 'official'; expected study, medmnist");
    }

    @Test
    void tiesGoToTheFirstOrTheLatest() {
        assertThat(Ties.FIRST.replaces(0.5, 0.5)).isFalse();
        assertThat(Ties.LATEST.replaces(0.5, 0.5)).isTrue();
        for (Ties ties : Ties.values()) {
            assertThat(ties.replaces(0.6, 0.5)).isTrue();
            assertThat(ties.replaces(0.4, 0.5)).isFalse();
        }
    }
}
