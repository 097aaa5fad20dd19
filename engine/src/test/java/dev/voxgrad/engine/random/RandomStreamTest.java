package dev.voxgrad.engine.random;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

@Tag("kernels")
class RandomStreamTest {
    /** The known answers published with the Random123 library for philox4x32-10. */
    @Test
    void philoxMatchesPublishedAnswers() {
        int[] out = new int[4];
        Philox.block(0, 0, 0, 0, 0, 0, out);
        assertThat(out).containsExactly(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
        Philox.block(-1, -1, -1, -1, -1, -1, out);
        assertThat(out).containsExactly(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
        Philox.block(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0, out);
        assertThat(out).containsExactly(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1);
    }

    @Test
    void streamsDependOnEveryPartOfTheirName() {
        long first = new RandomStream(7, 1, 2, 3).nextLong();
        assertThat(new RandomStream(7, 1, 2, 3).nextLong()).isEqualTo(first);
        assertThat(new RandomStream(8, 1, 2, 3).nextLong()).isNotEqualTo(first);
        assertThat(new RandomStream(7L + (1L << 32), 1, 2, 3).nextLong()).isNotEqualTo(first);
        assertThat(new RandomStream(7, 2, 2, 3).nextLong()).isNotEqualTo(first);
        assertThat(new RandomStream(7, 1, 3, 3).nextLong()).isNotEqualTo(first);
        assertThat(new RandomStream(7, 1, 2, 4).nextLong()).isNotEqualTo(first);
    }

    @Test
    void uniformAndGaussianMomentsAreRight() {
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
        double[] values = new double[20_000];
        Arrays.setAll(values, i -> random.nextGaussian());
        assertThat(kolmogorovSmirnov(values, RandomStreamTest::normalCdf))
                .as("critical value at 0.001")
                .isLessThan(1.95);
    }

    /** The deviates equal the scalar code's bit for bit, and are close to the formula in double. */
    @Test
    void filledGaussiansFollowBoxMuller() {
        RandomStream stream = new RandomStream(0xFEDCBA9876543210L, 11, 5, -7);
        stream.nextInt();
        float[] actual = new float[1003];
        stream.fillGaussians(actual, 1, 1001);
        RandomStream words = new RandomStream(0xFEDCBA9876543210L, 11, 5, -7);
        for (int skipped = 0; skipped < 4; skipped++) {
            words.nextInt();
        }
        double worst = 0;
        for (int group = 0; group < 1001; group += NormalsCpu.DEVIATES) {
            for (int block = 0; block < NormalsCpu.BLOCKS; block++) {
                for (int pair = 0; pair < 2; pair++) {
                    int a = words.nextInt();
                    int b = words.nextInt();
                    double radius = Math.sqrt(-2 * Math.log(((a & 0xFFFFFFFFL) / 2 + 0.5) * 0x1p-31));
                    double angle = 2 * Math.PI * b * 0x1p-32;
                    int at = group + 2 * pair * NormalsCpu.BLOCKS + block;
                    if (at < 1001) {
                        assertThat(actual[1 + at]).isEqualTo(ScalarNormals.cosine(a, b));
                        worst = Math.max(worst, Math.abs(actual[1 + at] - radius * Math.cos(angle)));
                    }
                    if (at + NormalsCpu.BLOCKS < 1001) {
                        assertThat(actual[1 + at + NormalsCpu.BLOCKS]).isEqualTo(ScalarNormals.sine(a, b));
                        worst = Math.max(
                                worst, Math.abs(actual[1 + at + NormalsCpu.BLOCKS] - radius * Math.sin(angle)));
                    }
                }
            }
        }
        assertThat(worst).isLessThan(2e-6);
        assertThat(actual[0]).isZero();
        assertThat(actual[1002]).isZero();
        assertThat(stream.nextInt()).as("continues with the next block").isEqualTo(words.nextInt());
    }

    @Test
    void filledGaussiansAreStandardNormal() {
        int n = 1_000_000;
        float[] values = new float[n];
        new RandomStream(4, 0, 0, 0).fillGaussians(values, 0, n);
        double[] moments = new double[5];
        for (float value : values) {
            for (int k = 1; k <= 4; k++) {
                moments[k] += Math.pow(value, k) / n;
            }
        }
        // Five standard errors; the variances of n, n², n³ and n⁴ are 1, 2, 15 and 96.
        double unit = 5 / Math.sqrt(n);
        assertThat(moments[1]).isCloseTo(0, within(unit));
        assertThat(moments[2]).isCloseTo(1, within(unit * Math.sqrt(2)));
        assertThat(moments[3]).isCloseTo(0, within(unit * Math.sqrt(15)));
        assertThat(moments[4]).isCloseTo(3, within(unit * Math.sqrt(96)));
        double[] doubles = new double[50_000];
        Arrays.setAll(doubles, i -> values[i]);
        assertThat(kolmogorovSmirnov(doubles, RandomStreamTest::normalCdf))
                .as("critical value at 0.001")
                .isLessThan(1.95);
        Arrays.sort(values);
        assertThat(values[n - 1])
                .as("the tail exists: P(none above 4.2) < 2e-6")
                .isBetween(4.2f, 6.8f);
    }

    @Test
    void uniformPassesKolmogorovSmirnov() {
        RandomStream random = new RandomStream(5, 0, 0, 0);
        double[] values = new double[100_000];
        Arrays.setAll(values, i -> random.nextDouble());
        assertThat(kolmogorovSmirnov(values, u -> u)).isLessThan(1.95);
        Arrays.setAll(values, i -> random.nextFloat());
        assertThat(kolmogorovSmirnov(values, u -> u)).isLessThan(1.95);
    }

    /**
     * Streams whose names differ in one part are uncorrelated, both within a pair of streams and, taking the first
     * value of each of many streams, between neighbouring names.
     */
    @Test
    void streamsOfDifferentNamesAreIndependent() {
        int n = 100_000;
        double limit = 5 / Math.sqrt(n);
        float[] one = new float[n];
        float[] other = new float[n];
        for (int part = 0; part < 4; part++) {
            new RandomStream(9, 9, 9, 9).fillGaussians(one, 0, n);
            named(part, 10).fillGaussians(other, 0, n);
            assertThat(correlation(one, other)).as("part " + part).isCloseTo(0, within(limit));
            double[] firsts = new double[n];
            for (int i = 0; i < n; i++) {
                firsts[i] = named(part, i).nextDouble();
                one[i] = (float) firsts[i];
                other[i] = (float) named(part, i + 1).nextDouble();
            }
            assertThat(kolmogorovSmirnov(firsts, u -> u)).as("part " + part).isLessThan(1.95);
            assertThat(correlation(one, other)).as("neighbours, part " + part).isCloseTo(0, within(limit));
        }
    }

    private static RandomStream named(int part, int value) {
        int[] name = {9, 9, 9, 9};
        name[part] = value;
        return new RandomStream(name[0], name[1], name[2], name[3]);
    }

    private static double correlation(float[] a, float[] b) {
        double meanA = 0;
        double meanB = 0;
        for (int i = 0; i < a.length; i++) {
            meanA += a[i] / (double) a.length;
            meanB += b[i] / (double) b.length;
        }
        double ab = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            ab += (a[i] - meanA) * (b[i] - meanB);
            aa += (a[i] - meanA) * (a[i] - meanA);
            bb += (b[i] - meanB) * (b[i] - meanB);
        }
        return ab / Math.sqrt(aa * bb);
    }

    /** Returns the largest distance between the empirical and the expected distribution, times √n. */
    private static double kolmogorovSmirnov(double[] values, DoubleUnaryOperator cdf) {
        Arrays.sort(values);
        int n = values.length;
        double distance = 0;
        for (int i = 0; i < n; i++) {
            double expected = cdf.applyAsDouble(values[i]);
            distance = Math.max(distance, Math.max(expected - (double) i / n, (i + 1.0) / n - expected));
        }
        return distance * Math.sqrt(n);
    }

    /** Each permutation comes from its own stream, in the way that epochs are shuffled. */
    @Test
    void permutationsOfDifferentStreamsAreUniform() {
        int[] counts = new int[6];
        int draws = 60_000;
        for (int i = 0; i < draws; i++) {
            int[] p = new RandomStream(6, i, 0, 100).permutation(3);
            counts[p[0] * 2 + (p[1] > p[2] ? 1 : 0)]++;
        }
        double expected = draws / 6.0;
        double chiSquare = Arrays.stream(counts)
                .mapToDouble(c -> (c - expected) * (c - expected) / expected)
                .sum();
        assertThat(chiSquare).as("chi square, 5 degrees of freedom, 0.001").isLessThan(20.5);
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
        double chiSquare = Arrays.stream(counts)
                .mapToDouble(c -> (c - expected) * (c - expected) / expected)
                .sum();
        assertThat(chiSquare).as("chi square, 5 degrees of freedom, 0.001").isLessThan(20.5);
        assertThat(random.permutation(0)).isEmpty();
    }

    @Test
    void boundsMustBePositive() {
        assertThatThrownBy(() -> new RandomStream(1, 0, 0, 0).nextInt(0)).hasMessageContaining("positive, was 0");
    }

    /** Integrates the density by Simpson's rule: slow and obvious. */
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
