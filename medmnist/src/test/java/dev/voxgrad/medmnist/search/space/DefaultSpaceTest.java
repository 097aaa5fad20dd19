package dev.voxgrad.medmnist.search.space;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.voxgrad.medmnist.data.Task;
import dev.voxgrad.medmnist.train.settings.TrainSettings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class DefaultSpaceTest {
    @ParameterizedTest
    @CsvSource({"BINARY, 28, 9, 3, 5", "MULTI_CLASS, 64, 1, 3, 5", "MULTI_LABEL, 28, 2, 3, 4", "BINARY, 4, 9, 1, 3"})
    void everyConfigurationCanBeTrained(Task task, int shortest, int epochs, int nets, int first) {
        Space space = DefaultSpace.of(task, shortest, epochs);
        TrainSettings base = TrainSettings.builder().epochs(epochs).build();
        for (int trial = 0; trial < 50; trial++) {
            TrainSettings settings = Hyperparameter.apply(space.draw(1, trial), base);
            assertThat(settings.nets().getFirst().smallestEdge()).isLessThanOrEqualTo(shortest);
            assertThat(settings.options().warmupEpochs()).isLessThan(epochs);
        }
        assertThat(space.dimensions().getFirst().domain().size()).isEqualTo(nets);
        assertThat(space.first())
                .hasSize(first)
                .allSatisfy(one -> assertThat(Hyperparameter.apply(one, base).learningRate())
                        .isEqualTo(0.001));
        assertThat(space.dimensions().stream().map(Dimension::name).anyMatch("class-weights"::equals))
                .isEqualTo(task != Task.MULTI_LABEL);
        assertThat(SpaceFile.parse(space.toText().lines().toList(), "copy")).isEqualTo(space);
    }

    @Test
    void widthMultipliesTheChannelsOfTheNet() {
        TrainSettings settings =
                Hyperparameter.apply(Configuration.parse("width=0.5 net=net3"), TrainSettings.defaults(1));
        assertThat(settings.nets()).extracting(Object::toString).containsExactly("net3-w0.5");
        assertThat(Hyperparameter.apply(Configuration.parse("net=net3 width=1.0"), TrainSettings.defaults(1))
                        .nets())
                .extracting(Object::toString)
                .containsExactly("net3");
    }

    @Test
    void tinyVolumesHaveNoSpace() {
        assertThatThrownBy(() -> DefaultSpace.of(Task.BINARY, 3, 9))
                .hasMessage("shortest axis is 3; expected at least 4");
    }
}
