package dev.voxgrad.engine.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class RandomStreamTest {
    /** Known answers published with the Random123 library for philox4x32-10. */
    @Test
    void philoxGivesThePublishedAnswers() {
        int[] out = new int[4];
        Philox.block(0, 0, 0, 0, 0, 0, out);
        assertThat(out).containsExactly(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
        Philox.block(-1, -1, -1, -1, -1, -1, out);
        assertThat(out).containsExactly(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
        Philox.block(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0, out);
        assertThat(out).containsExactly(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1);
    }

    @Test
    void aNameFixesTheNumbersAndEveryPartOfItMatters() {
        long first = new RandomStream(7, 1, 2, 3).nextLong();
        assertThat(new RandomStream(7, 1, 2, 3).nextLong()).isEqualTo(first);
        assertThat(new RandomStream(8, 1, 2, 3).nextLong()).isNotEqualTo(first);
        assertThat(new RandomStream(7L + (1L << 32), 1, 2, 3).nextLong()).isNotEqualTo(first);
        assertThat(new RandomStream(7, 2, 2, 3).nextLong()).isNotEqualTo(first);
        assertThat(new RandomStream(7, 1, 3, 3).nextLong()).isNotEqualTo(first);
        assertThat(new RandomStream(7, 1, 2, 4).nextLong()).isNotEqualTo(first);
    }

    @Test
    void uniformAndGaussianHaveTheirMoments() {
        RandomStream random = new RandomStream(1, 0, 0, 0);
        int n = 200_000;
        double sum = 0;
        double squares = 0;
        double gaussianSum = 0;
        double gaussianSquares = 0;
        for (int i = 0; i < n; i++) {
            double u = random.uniform(-1, 3);
            assertThat(u).isBetween(-1.0, 3.0);
            sum += u;
            squares += (u - 1) * (u - 1);
            double g = random.nextGaussian();
            gaussianSum += g;
            gaussianSquares += g * g;
        }
        // Five standard errors: sd(u) = 4/√12 = 1.155; sd of g² is √2.
        assertThat(sum / n).isCloseTo(1, within(5 * 1.155 / Math.sqrt(n)));
        assertThat(squares / n).isCloseTo(16 / 12.0, within(5 * 1.2 / Math.sqrt(n)));
        assertThat(gaussianSum / n).isCloseTo(0, within(5 / Math.sqrt(n)));
        assertThat(gaussianSquares / n).isCloseTo(1, within(5 * Math.sqrt(2) / Math.sqrt(n)));
    }

    @Test
    void gaussianPassesKolmogorovSmirnov() {
        RandomStream random = new RandomStream(2, 0, 0, 0);
        int n = 20_000;
        double[] values = new double[n];
        Arrays.setAll(values, i -> random.nextGaussian());
        Arrays.sort(values);
        double distance = 0;
        for (int i = 0; i < n; i++) {
            double cdf = normalCdf(values[i]);
            distance = Math.max(distance, Math.max(cdf - (double) i / n, (i + 1.0) / n - cdf));
        }
        assertThat(distance * Math.sqrt(n)).as("critical value at 0.001").isLessThan(1.95);
    }

    @Test
    void permutationsAreUniform() {
        int[] counts = new int[6];
        int draws = 60_000;
        RandomStream random = new RandomStream(3, 0, 0, 0);
        for (int i = 0; i < draws; i++) {
            int[] p = random.permutation(3);
            assertThat(Arrays.stream(p).sorted().toArray()).containsExactly(0, 1, 2);
            counts[p[0] * 2 + (p[1] > p[2] ? 1 : 0)]++;
        }
        double expected = draws / 6.0;
        double chiSquare = Arrays.stream(counts).mapToDouble(c -> (c - expected) * (c - expected) / expected).sum();
        assertThat(chiSquare).as("chi square, 5 degrees of freedom, 0.001").isLessThan(20.5);
        assertThat(random.permutation(0)).isEmpty();
    }

    @Test
    void boundsMustBePositive() {
        assertThatThrownBy(() -> new RandomStream(1, 0, 0, 0).nextInt(0)).hasMessageContaining("positive, was 0");
    }

    /** By Simpson's rule on the density: slow and obvious. */
    private static double normalCdf(double x) {
        double from = -8;
        if (x <= from) {
            return 0;
        }
        int steps = 200;
        double h = (x - from) / steps;
        double sum = 0;
        for (int i = 0; i <= steps; i++) {
            double t = from + i * h;
            double weight = i == 0 || i == steps ? 1 : i % 2 == 1 ? 4 : 2;
            sum += weight * Math.exp(-t * t / 2);
        }
        return sum * h / 3 / Math.sqrt(2 * Math.PI);
    }
}
