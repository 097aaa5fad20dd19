package dev.voxgrad.medmnist.search.space;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.train.settings.TrainSettings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class SpaceFileTest {
    private static final List<String> EXAMPLE = List.of(
            "# a comment",
            "net           choice net1, net2, net3",
            "",
            "lr            log 1e-4 to 1e-2              # as in the paper",
            "weight-decay  log 1e-6 to 0.1  when net = net2, net3",
            "ema           uniform 0 to 0.99",
            "warmup-epochs int 0 to 2",
            "first net=net1 lr=1e-3 ema=0 warmup-epochs=0");

    @Test
    void readsEveryKindOfDimension() {
        Space space = SpaceFile.parse(EXAMPLE, "space.txt");
        assertThat(space.dimensions())
                .containsExactly(
                        new Dimension("net", new Domain.Choice(List.of("net1", "net2", "net3")), null),
                        new Dimension("lr", new Domain.Interval(1e-4, 1e-2, true), null),
                        new Dimension(
                                "weight-decay",
                                new Domain.Interval(1e-6, 0.1, true),
                                new Condition("net", List.of("net2", "net3"))),
                        new Dimension("ema", new Domain.Interval(0, 0.99, false), null),
                        new Dimension("warmup-epochs", new Domain.Integers(0, 2), null));
        assertThat(space.first())
                .extracting(Configuration::toText)
                .containsExactly("net=net1 lr=0.001 ema=0 warmup-epochs=0");
        assertThat(SpaceFile.parse(space.toText().lines().toList(), "copy")).isEqualTo(space);
    }

    @Test
    void configurationDecidesTheSettings() {
        TrainSettings settings = Hyperparameter.apply(
                Configuration.parse("net=net2 lr=0.002 batch-size=16 class-weights=balanced ema=0.9 clip-norm=1"),
                TrainSettings.defaults(7));
        assertThat(settings.nets()).extracting(Object::toString).containsExactly("net2");
        assertThat(settings.learningRate()).isEqualTo(0.002);
        assertThat(settings.batchSize()).isEqualTo(16);
        assertThat(settings.options().ema()).isEqualTo(0.9);
        assertThat(settings.options().clipNorm()).isEqualTo(1);
        assertThat(settings.options().classWeights().asked()).isEqualTo("balanced");
        assertThat(settings.seed()).isEqualTo(7);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "speed choice a, b          | dimension is 'speed'; expected net, width, lr",
                "lr log 0 to 1              | least is 0.0; expected above 0",
                "lr log 1e-2 to 1e-4        | most is 1.0E-4; expected a number above 0.01",
                "lr log 1e-2                | '1e-2' is no range; expected one such as '1e-4 to 1e-2'",
                "lr log NaN to 1            | 'NaN' is not a number",
                "lr around 1                | 'around 1' is no domain; expected a line such as 'lr log 1e-4 to 1e-2'",
                "lr                         | '' is no domain",
                "net choice net1, net9      | net=net9 cannot be trained: unknown net 'net9'",
                "net choice net1, net1      | expected different values",
                "net choice net1,           | value is ; expected at most 80 letters",
                "batch-size int 0 to 32     | batch-size=0 cannot be trained: batch-size is 0; expected at least 1",
                "batch-size int 1.5 to 2    | '1.5 to 2' is no range of whole numbers",
                "batch-size log 1 to 64     | batch-size cannot have every number of an interval; give its values by 'choice'",
                "width uniform 0.5 to 1     | width cannot have every number of an interval",
                "class-weights choice 0.5   | class-weights is 0.5; expected none or balanced",
                "ema uniform 0 to 1         | ema=1 cannot be trained: ema is 1.0; expected less than 1",
                "lr log 1 to 2 when net     | 'when net' is no condition",
                "lr log 1 to 2 when net = a | expected a dimension above, with a choice of values",
                "first augment=none lr=1    | expected no lr",
                "first augment=loud         | augment: value is loud; expected one of none, centred",
                "first augment              | setting is augment; expected NAME=VALUE",
                "first lr=1                 | expected a value for augment",
            })
    void refusesALineWithItsNumberAndWhatToDo(String line, String expected) {
        assertThatThrownBy(() -> SpaceFile.parse(List.of("# space", "augment choice none, centred", line), "s.txt"))
                .isInstanceOf(DataFileException.class)
                .hasMessageStartingWith("s.txt, line 3: ")
                .hasMessageContaining(expected);
    }
}
