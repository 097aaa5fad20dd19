package dev.voxgrad.medmnist.data;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

import dev.voxgrad.medmnist.io.DataException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Tests how train and val are split into folds. */
class FoldsTest {
    private static final VolumeShape SHAPE = new VolumeShape(1, 2);

    /** Volume i of train and val together has its number in its first two voxels; those of test have 255. */
    private static VolumeData data(int[] train, int[] val, int classes) {
        return new VolumeData(
                "own",
                "",
                classes == 2 ? Task.BINARY : Task.MULTI_CLASS,
                names(classes),
                false,
                false,
                Optional.empty(),
                Split.of("train", SHAPE, voxels(0, train.length), train),
                Split.of("val", SHAPE, voxels(train.length, val.length), val),
                Split.of("test", SHAPE, voxels(0xFFFF, 1), new int[] {0}));
    }

    private static List<String> names(int classes) {
        return IntStream.range(0, classes).mapToObj(label -> "class " + label).toList();
    }

    private static byte[] voxels(int first, int count) {
        byte[] voxels = new byte[count * SHAPE.elements()];
        for (int i = 0; i < count; i++) {
            voxels[i * SHAPE.elements()] = (byte) (first + i);
            voxels[i * SHAPE.elements() + 1] = (byte) (first + i >> 8);
        }
        return voxels;
    }

    /** Returns the numbers that the volumes of a split contain. */
    private static int[] numbers(Split split) {
        return IntStream.range(0, split.size())
                .map(i -> Byte.toUnsignedInt(split.voxels()[i * SHAPE.elements()])
                        | Byte.toUnsignedInt(split.voxels()[i * SHAPE.elements() + 1]) << 8)
                .toArray();
    }

    private static int[] joined(int[] some, int[] more) {
        return IntStream.concat(Arrays.stream(some), Arrays.stream(more)).toArray();
    }

    /** Returns labels of that many volumes of each class, mixed by a fixed rule. */
    private static int[] labels(int... counts) {
        int[] labels = new int[Arrays.stream(counts).sum()];
        int[] left = counts.clone();
        for (int i = 0, label = 0; i < labels.length; label = (label + 1) % counts.length) {
            if (left[label] > 0) {
                left[label]--;
                labels[i++] = label;
            }
        }
        return labels;
    }

    @Property(tries = 200)
    void foldsAreDisjointCompleteAndStratified(
            @ForAll @IntRange(min = 2, max = 9) int count,
            @ForAll long seed,
            @ForAll @Size(min = 2, max = 5) List<@IntRange(min = 9, max = 40) Integer> inTrain,
            @ForAll @IntRange(min = 1, max = 20) int inVal) {
        int[] train = labels(inTrain.stream().mapToInt(Integer::intValue).toArray());
        int[] val = IntStream.range(0, inVal).map(i -> i * i % inTrain.size()).toArray();
        int[] all = joined(train, val);
        VolumeData data = data(train, val, inTrain.size());
        Folds folds = Folds.of(data, count, seed);
        Set<Integer> seen = new HashSet<>();
        int[][] ofClass = new int[inTrain.size()][count];
        for (int fold = 0; fold < count; fold++) {
            for (int volume : folds.in(fold)) {
                assertThat(seen.add(volume))
                        .as("volume " + volume + " is in one fold only")
                        .isTrue();
                ofClass[all[volume]][fold]++;
            }
            assertThat(joined(folds.in(fold), folds.outside(fold)))
                    .containsExactlyInAnyOrder(IntStream.range(0, all.length).toArray());
            assertThat(folds.in(fold).length).isBetween(all.length / count, Math.ceilDiv(all.length, count));
        }
        assertThat(seen).hasSize(all.length);
        for (int[] inFolds : ofClass) {
            int most = Arrays.stream(inFolds).max().orElseThrow();
            assertThat(most - Arrays.stream(inFolds).min().orElseThrow()).isLessThanOrEqualTo(1);
        }
    }

    @Test
    void memberNeverTrainsOnItsFold() {
        int[] train = labels(30, 20, 25);
        int[] val = labels(4, 7, 5);
        VolumeData data = data(train, val, 3);
        int[] all = joined(train, val);
        Folds folds = Folds.of(data, 4, 11);
        for (int fold = 0; fold < 4; fold++) {
            VolumeData around = folds.around(fold);
            assertThat(numbers(around.train()))
                    .isEqualTo(folds.outside(fold))
                    .isSorted()
                    .doesNotContain(numbers(around.val()));
            assertThat(numbers(around.val())).isEqualTo(folds.in(fold)).isSorted();
            assertThat(around.train().labels())
                    .isEqualTo(
                            Arrays.stream(folds.outside(fold)).map(i -> all[i]).toArray());
            assertThat(around.val().labels())
                    .isEqualTo(Arrays.stream(folds.in(fold)).map(i -> all[i]).toArray());
            assertThat(around.test()).isSameAs(data.test());
            assertThat(around.val().name()).isEqualTo("fold " + fold + " of train and val");
        }
    }

    @Test
    void foldsDependOnTheSeed() {
        VolumeData data = data(labels(40, 40), labels(10, 10), 2);
        for (int fold = 0; fold < 5; fold++) {
            assertThat(Folds.of(data, 5, 3).in(fold))
                    .isEqualTo(Folds.of(data, 5, 3).in(fold))
                    .isNotEqualTo(Folds.of(data, 5, 4).in(fold));
        }
        assertThat(Folds.of(data, 5, 3).count()).isEqualTo(5);
    }

    /** The folds of existing runs must stay the same in later versions. */
    @Test
    void foldsOfASeedAreUnchanged() {
        Folds folds = Folds.of(data(labels(6, 3), labels(2, 1), 2), 3, 1);
        assertThat(List.of(folds.in(0), folds.in(1), folds.in(2)))
                .containsExactly(new int[] {0, 8, 10, 11}, new int[] {2, 3, 6, 7}, new int[] {1, 4, 5, 9});
    }

    @Test
    void rarestClassLimitsTheNumberOfFolds() {
        VolumeData data = data(labels(20, 3), labels(5, 1), 2);
        assertThat(Folds.of(data, 4, 1).in(3)).isNotEmpty();
        assertThatThrownBy(() -> Folds.of(data, 5, 1))
                .isInstanceOf(DataException.class)
                .hasMessage("own: cannot be cut into 5 folds: each needs a volume with the label 'class 1', and train "
                        + "and val have 4 of them; expected at most 4 --folds");
        assertThatThrownBy(() -> Folds.of(data(labels(9, 1), labels(3), 2), 2, 1))
                .hasMessageContainingAll("the label 'class 1'", "have 1 of them; do without --folds");
        assertThatThrownBy(() -> Folds.of(data, 1, 1)).hasMessage("folds is 1; expected at least 2");
    }

    /** Each of four combinations is dealt as a class, and each label must be both set and unset in every fold. */
    @Test
    void dealsLabelCombinationsAsClasses() {
        int[][] labels = new int[22][];
        Arrays.setAll(labels, i -> new int[] {i % 2, i / 2 % 2});
        VolumeData data = multiLabel(labels);
        Folds folds = Folds.of(data, 3, 5);
        for (int combination = 0; combination < 4; combination++) {
            int wanted = combination;
            int[] inFolds = IntStream.range(0, 3)
                    .map(fold -> (int) Arrays.stream(folds.in(fold))
                            .filter(i -> i % 4 == wanted)
                            .count())
                    .toArray();
            assertThat(Arrays.stream(inFolds).max().orElseThrow()
                            - Arrays.stream(inFolds).min().orElseThrow())
                    .isLessThanOrEqualTo(1);
        }
        assertThat(folds.around(1).val().multiLabels())
                .isEqualTo(Arrays.stream(folds.in(1)).mapToObj(i -> labels[i]).toArray(int[][]::new));
        int[][] nearlyAll = labels.clone();
        Arrays.setAll(nearlyAll, i -> new int[] {i % 2, i < 2 ? 0 : 1});
        assertThatThrownBy(() -> Folds.of(multiLabel(nearlyAll), 3, 5))
                .hasMessageContainingAll(
                        "a volume without the label 'class 1'", "have 2 of them; expected at most 2 --folds");
    }

    private static VolumeData multiLabel(int[][] labels) {
        int train = labels.length - 4;
        return new VolumeData(
                "own",
                "",
                Task.MULTI_LABEL,
                names(2),
                false,
                false,
                Optional.empty(),
                Split.ofMultiLabel("train", SHAPE, voxels(0, train), Arrays.copyOf(labels, train)),
                Split.ofMultiLabel("val", SHAPE, voxels(train, 4), Arrays.copyOfRange(labels, train, labels.length)),
                Split.ofMultiLabel("test", SHAPE, voxels(0xFFFF, 1), new int[][] {{0, 1}}));
    }
}
