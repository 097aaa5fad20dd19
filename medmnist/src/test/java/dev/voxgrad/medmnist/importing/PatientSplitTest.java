package dev.voxgrad.medmnist.importing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.voxgrad.engine.random.RandomPurpose;
import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.medmnist.io.DataException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class PatientSplitTest {
    private static TableRow row(int i, int label, @Nullable String patient, @Nullable SetSplit split) {
        return new TableRow(i + 2, "scan" + i + ".nii", List.of(label), patient, split);
    }

    private static List<TableRow> rows(int... counts) {
        List<TableRow> rows = new ArrayList<>();
        for (int label = 0; label < counts.length; label++) {
            for (int i = 0; i < counts[label]; i++) {
                rows.add(row(rows.size(), label, null, null));
            }
        }
        return rows;
    }

    private static int count(List<TableRow> rows, List<SetSplit> splits, SetSplit split, int label) {
        int count = 0;
        for (int i = 0; i < rows.size(); i++) {
            count += splits.get(i) == split && rows.get(i).label().getFirst() == label ? 1 : 0;
        }
        return count;
    }

    @ParameterizedTest
    @CsvSource({"'100,50', '70,10,20', 1", "'8,12,19', '70,10,20', 2", "'1000,1', '1,1,1', 3", "'10,10', '80,20,0', 4"})
    void sharesOfEachClassAreWithinOneScan(String counts, String parts, long seed) {
        int[] sizes =
                Arrays.stream(counts.split(",")).mapToInt(Integer::parseInt).toArray();
        List<TableRow> rows = rows(sizes);
        List<Integer> wanted = PatientSplit.parse(parts);
        List<SetSplit> splits = new PatientSplit(wanted, seed).divide(rows);
        double sum = wanted.stream().mapToInt(Integer::intValue).sum();
        for (int label = 0; label < sizes.length; label++) {
            for (SetSplit split : SetSplit.values()) {
                double share = wanted.get(split.ordinal()) / sum * sizes[label];
                assertThat(Math.abs(count(rows, splits, split, label) - share)).isLessThan(1);
            }
        }
    }

    @Test
    void patientsStayTogetherAndSharesAreClose() {
        RandomStream random = new RandomStream(3, 0, 0, RandomPurpose.ANY);
        List<TableRow> rows = new ArrayList<>();
        for (int patient = 0; patient < 200; patient++) {
            int label = random.nextInt(3);
            for (int scan = random.nextInt(4); scan >= 0; scan--) {
                rows.add(row(rows.size(), random.nextInt(8) == 0 ? random.nextInt(3) : label, "p" + patient, null));
            }
        }
        List<SetSplit> splits = new PatientSplit(List.of(70, 10, 20), 5).divide(rows);
        Map<String, SetSplit> splitOf = new HashMap<>();
        int[] sizes = new int[3];
        for (int i = 0; i < rows.size(); i++) {
            SetSplit earlier = splitOf.putIfAbsent(rows.get(i).patient(), splits.get(i));
            assertThat(earlier == null || earlier == splits.get(i)).isTrue();
            sizes[splits.get(i).ordinal()]++;
        }
        assertThat(sizes[0] / (double) rows.size()).isBetween(0.69, 0.71);
        assertThat(sizes[1] / (double) rows.size()).isBetween(0.09, 0.11);
    }

    @Test
    void everySplitGetsAllClassesIfThereAreEnoughPatients() {
        List<TableRow> rows = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            rows.add(row(i, i / 2 % 2, "p" + i / 2, null));
        }
        for (long seed = 0; seed < 5; seed++) {
            List<SetSplit> splits = new PatientSplit(List.of(70, 10, 20), seed).divide(rows);
            for (SetSplit split : SetSplit.values()) {
                assertThat(count(rows, splits, split, 0)).isPositive();
                assertThat(count(rows, splits, split, 1)).isPositive();
            }
        }
        assertThat(new PatientSplit(List.of(70, 10, 20), 1).divide(rows(3)))
                .containsExactlyInAnyOrder(SetSplit.values());
    }

    @Test
    void seedDecides() {
        List<TableRow> rows = rows(40, 40);
        List<SetSplit> first = new PatientSplit(List.of(7, 1, 2), 1).divide(rows);
        assertThat(new PatientSplit(List.of(70, 10, 20), 1).divide(rows)).isEqualTo(first);
        assertThat(new PatientSplit(List.of(7, 1, 2), 2).divide(rows)).isNotEqualTo(first);
    }

    @Test
    void patientInTwoSplitsOfTheTableIsRefused() {
        List<TableRow> rows = List.of(row(0, 0, "Ann", SetSplit.TRAIN), row(1, 1, "Ann", SetSplit.TEST));
        assertThatThrownBy(() -> PatientSplit.ofTable(new LabelTable(rows, List.of("a", "b"), true)))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll("patient 'Ann'", "train (line 2)", "test (line 3)");
    }

    @Test
    void partsAreChecked() {
        for (String wrong : List.of("70,30", "0,0,0", "a,b,c", "70, 10, 20", "-1,1,1", "")) {
            assertThatThrownBy(() -> PatientSplit.parse(wrong)).hasMessageStartingWith("split is " + wrong);
        }
    }
}
