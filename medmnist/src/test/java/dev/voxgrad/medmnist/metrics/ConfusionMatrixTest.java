package dev.voxgrad.medmnist.metrics;

import java.util.List;

import org.junit.jupiter.api.Test;

import dev.voxgrad.medmnist.data.Task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ConfusionMatrixTest {
    @Test
    void rowsAreTrueAndColumnsPredicted() {
        double[][] scores = {{0.1, 0.9}, {0.4, 0.6}, {0.7, 0.3}};
        ConfusionMatrix matrix = ConfusionMatrix.of(
                Task.BINARY, List.of("benign", "a very long malignant name"), new int[] {0, 1, 0}, scores);
        assertThat(matrix.counts()).isDeepEqualTo(new int[][] {{1, 1}, {0, 1}});
        assertThat(matrix.accuracy()).isEqualTo(2 / 3.0);
        assertThat(matrix.toText()).isEqualTo("""
                true \\ predicted            benign  a very long m…
                benign                           1               1
                a very long malignant name       0               1
                """);
    }

    @Test
    void refusesUnequalLengths() {
        assertThatThrownBy(() -> ConfusionMatrix.of(Task.BINARY, List.of("a", "b"), new int[2], new double[3][2]))
                .hasMessageContaining("2 labels but 3 rows");
    }
}
