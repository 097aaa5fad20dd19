package dev.voxgrad.medmnist.fuzz;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Gives many damaged files to every reader. The numbers in a fault's message reproduce it, for example
 * {@code -Dvoxgrad.fuzz.seed=1 -Dvoxgrad.fuzz.first=4711 -Dvoxgrad.fuzz.count=1}. All inputs go to some readers only
 * with, for example, {@code -Dvoxgrad.fuzz.targets=pth,onnx}, which then belongs to these numbers.
 */
class ReadersFuzzTest {
    private static final long SEED = Long.getLong("voxgrad.fuzz.seed", 1);
    private static final long FIRST = Long.getLong("voxgrad.fuzz.first", 0);
    private static final String TARGETS = System.getProperty("voxgrad.fuzz.targets", "");
    private static final int FEW = 2_000;
    private static final int MANY = 200_000;

    @TempDir
    private Path folder;

    @Test
    void readersHandleSomeInputs() {
        run(Long.getLong("voxgrad.fuzz.count", FEW));
    }

    @Tag("thorough")
    @Test
    void readersHandleManyInputs() {
        run(Long.getLong("voxgrad.fuzz.count", MANY));
    }

    private static List<Target> targets() {
        List<String> names = List.of(TARGETS.split(","));
        return Readers.all().stream()
                .filter(target -> TARGETS.isEmpty() || names.contains(target.name()))
                .toList();
    }

    private void run(long count) {
        FuzzReport report = new Fuzzer(targets(), SEED, folder).run(FIRST, count);
        System.out.println(report);
        assertThat(report.faults()).isEmpty();
        assertThat(report.inputs()).isEqualTo(count);
        if (count >= FEW) {
            for (Map.Entry<String, long[]> target : report.counts().entrySet()) {
                assertThat(target.getValue()[0])
                        .as("inputs that %s takes", target.getKey())
                        .isPositive();
            }
        }
    }

    @Test
    void sameSeedMakesSameInput() {
        Fuzzer fuzzer = new Fuzzer(Readers.all(), 7, folder);
        Fuzzer again = new Fuzzer(Readers.all(), 7, folder);
        Fuzzer other = new Fuzzer(Readers.all(), 8, folder);
        int different = 0;
        for (int input = 0; input < 200; input++) {
            assertThat(again.make(input)).isEqualTo(fuzzer.make(input));
            different += Arrays.equals(other.make(input), fuzzer.make(input)) ? 0 : 1;
        }
        assertThat(different).isGreaterThan(100);
    }
}
