package dev.voxgrad.medmnist.baseline.feature;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import dev.voxgrad.medmnist.data.Samples;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.VolumeShape;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class ShapeFeaturesTest {
    private static final VolumeShape CUBE = new VolumeShape(1, 21);
    private static final List<String> WITH_A_DIRECTION = List.of("pairs at", "across", "along");

    private static Map<String, Double> features(VolumeKind kind, float[] volume, VolumeShape shape) {
        FeatureSet set = FeatureSets.of("shape", kind);
        List<String> names = set.names(shape);
        double[] values = set.of(volume, shape);
        assertThat(values).hasSize(names.size()).hasSize((int) set.count(shape));
        Map<String, Double> features = new LinkedHashMap<>();
        for (int i = 0; i < values.length; i++) {
            assertThat(values[i]).as(names.get(i)).isFinite();
            features.put(names.get(i), values[i]);
        }
        assertThat(features).hasSize(values.length);
        return features;
    }

    private static Map<String, Double> ofMask(float[] volume, VolumeShape shape) {
        return features(VolumeKind.MASKS, volume, shape);
    }

    private static void check(Map<String, Double> features, String name, double expected) {
        assertThat(features).containsKey(name);
        assertThat(features.get(name)).as(name).isCloseTo(expected, within(1e-9));
    }

    @Test
    void measuresABoxAsByHand() {
        Map<String, Double> box = ofMask(Masks.box(CUBE, 9, 2, 7), CUBE);
        check(box, "volume", 60);
        check(box, "log volume", Math.log(60));
        check(box, "faces across X", 40);
        check(box, "faces across Y", 30);
        check(box, "faces across Z", 24);
        check(box, "faces", 94);
        check(box, "volume/faces", 60 / 94.0);
        check(box, "sphericity", Math.cbrt(36 * Math.PI * 3600) / 94);
        check(box, "box along X", 3);
        check(box, "longest of box", 5);
        check(box, "part of box inside", 1);
        check(box, "longest spread", 5 / Math.sqrt(12));
        check(box, "elongation", 4 / 5.0);
        check(box, "flatness", 3 / 4.0);
        check(box, "compactness", Math.pow(12, 1.5));
        // 1×2×3 voxels are two voxels deep, the other 54 one.
        check(box, "mean depth", 66 / 60.0);
        check(box, "RMS depth", Math.sqrt(78 / 60.0));
        check(box, "largest depth", 2);
        check(box, "part of depth √2", 0.1);
        check(box, "part of depth √5", 0);
        check(box, "pairs at (1,0,0)", 2 / 3.0);
        check(box, "pairs at (0,2,0)", 2 / 4.0);
        check(box, "pairs at (3,0,0)", 0);
        check(box, "pairs at (1,-1,0)", 2 / 3.0 * 3 / 4);
        check(box, "pairs at (2,2,2)", 1 / 3.0 * 2 / 4 * 3 / 5);
        check(box, "Euler number", 1);
    }

    @Test
    void countsPartsTunnelsAndCavities() {
        VolumeShape shape = new VolumeShape(1, 9, 5, 70);
        check(ofMask(Masks.of(shape, (x, y, z) -> x % 2 == 0 && y == 2 && z % 3 == 0), shape), "Euler number", 5 * 24);
        check(ofMask(Masks.of(shape, (x, y, z) -> x != 4 || y != 2), shape), "Euler number", 0);
        check(ofMask(Masks.of(shape, (x, y, z) -> x != 4 || y != 2 || z != 65), shape), "Euler number", 2);
        check(ofMask(Masks.of(shape, (x, y, z) -> x == y && x == z), shape), "Euler number", 1);
    }

    @Test
    void measuresABall() {
        int radius = 8;
        Map<String, Double> ball = ofMask(Masks.ball(CUBE, 10, radius * radius), CUBE);
        int volume = 0;
        int disc = 0;
        for (int x = -radius; x <= radius; x++) {
            for (int y = -radius; y <= radius; y++) {
                disc += x * x + y * y <= radius * radius ? 1 : 0;
                for (int z = -radius; z <= radius; z++) {
                    volume += x * x + y * y + z * z <= radius * radius ? 1 : 0;
                }
            }
        }
        check(ball, "volume", volume);
        check(ball, "faces across X", 2 * disc);
        check(ball, "faces", 6 * disc);
        check(ball, "elongation", 1);
        check(ball, "flatness", 1);
        // The nearest voxel outside is at (8,1,0).
        check(ball, "largest depth", Math.sqrt(65));
        assertThat(ball.get("volume")).isCloseTo(4 / 3.0 * Math.PI * 512, within(40.0));
        assertThat(ball.get("longest spread")).isCloseTo(8 / Math.sqrt(5), within(0.05));
        assertThat(ball.get("sphericity")).isCloseTo(Math.PI / 6 * 1.2, within(0.2));
    }

    @Test
    void measuresOneVoxel() {
        VolumeShape shape = new VolumeShape(1, 1);
        Map<String, Double> voxel = ofMask(new float[] {1}, shape);
        check(voxel, "volume", 1);
        check(voxel, "faces", 6);
        check(voxel, "longest spread", Math.sqrt(1 / 12.0));
        check(voxel, "elongation", 1);
        check(voxel, "largest depth", 1);
        check(voxel, "pairs at (0,0,1)", 0);
    }

    @Test
    void definesTheFeaturesOfBlankVolumesAsZero() {
        VolumeShape shape = new VolumeShape(1, 6, 9, 4);
        assertThat(ofMask(new float[shape.voxels()], shape).values()).containsOnly(0.0);
        float[] full = Masks.of(shape, (x, y, z) -> true);
        check(ofMask(full, shape), "part of box inside", 1);
        Map<String, Double> grey = features(VolumeKind.GREY, full, shape);
        check(grey, "volume, Otsu", 0);
        check(grey, "mean", 1);
        check(grey, "kurtosis", 0);
        check(grey, "part from 15/16", 1);
        check(features(VolumeKind.GREY, new float[shape.voxels()], shape), "volume, brightest 1/10", 0);
    }

    /** Checks in {@link #features} that all are finite, and as many as named. */
    @Property(tries = 100)
    void areFiniteForVolumesOfAnyShape(
            @ForAll VolumeKind kind,
            @ForAll @IntRange(min = 1, max = 16) int channels,
            @ForAll @IntRange(min = 1, max = 9) int x,
            @ForAll @IntRange(min = 1, max = 9) int y,
            @ForAll @IntRange(min = 1, max = 70) int z,
            @ForAll long seed) {
        VolumeShape shape = new VolumeShape(channels, x, y, z);
        float[] volume = Masks.random(shape.withChannels(1), seed);
        Random random = new Random(seed);
        float[] values = new float[shape.elements()];
        for (int i = 0; i < values.length; i++) {
            float value = volume[i / channels];
            values[i] = kind == VolumeKind.MASKS ? value : value * random.nextFloat();
        }
        assertThat(features(kind, values, shape)).isNotEmpty();
    }

    @Property(tries = 50)
    void doesNotDependOnWhereAMaskIs(@ForAll @IntRange(max = 18) int x, @ForAll @IntRange(max = 16) int z) {
        assertThat(ofMask(Masks.box(CUBE, x, 3, z), CUBE)).isEqualTo(ofMask(Masks.box(CUBE, 0, 0, 0), CUBE));
    }

    /** Rotations by 90° and flips generate all 48 symmetries of the cube. */
    @Property(tries = 50)
    void keepsFeaturesWithoutADirectionUnderRotationsAndFlips(@ForAll long seed) {
        VolumeShape shape = new VolumeShape(1, 6, 7, 8);
        float[] volume = Masks.random(shape, seed);
        VolumeShape turned = new VolumeShape(1, 8, 7, 6);
        float[] rotated = Masks.of(turned, (x, y, z) -> volume[(z * 7 + y) * 8 + 7 - x] > 0);
        VolumeShape swapped = new VolumeShape(1, 7, 6, 8);
        float[] other = Masks.of(swapped, (x, y, z) -> volume[(y * 7 + 6 - x) * 8 + z] > 0);
        float[] flipped = Masks.of(shape, (x, y, z) -> volume[((5 - x) * 7 + y) * 8 + z] > 0);
        Map<String, Double> expected = invariant(volume, shape);
        assertSame(invariant(rotated, turned), expected);
        assertSame(invariant(other, swapped), expected);
        assertSame(invariant(flipped, shape), expected);
    }

    private static Map<String, Double> invariant(float[] volume, VolumeShape shape) {
        Map<String, Double> features = ofMask(volume, shape);
        features.keySet().removeIf(name -> WITH_A_DIRECTION.stream().anyMatch(name::contains));
        assertThat(features).hasSizeGreaterThan(30);
        return features;
    }

    private static void assertSame(Map<String, Double> features, Map<String, Double> expected) {
        expected.forEach((name, value) -> check(features, name, value));
    }

    @Test
    void keepsTheShapesOfGreyVolumesThatAreBrighterOrDarker() {
        Split split = Split.of("train", CUBE, noise(), new int[1]);
        float[] volume = split.values(0);
        float[] darker = new float[volume.length];
        for (int i = 0; i < volume.length; i++) {
            darker[i] = volume[i] / 4;
        }
        Map<String, Double> expected = features(VolumeKind.GREY, volume, CUBE);
        Map<String, Double> features = features(VolumeKind.GREY, darker, CUBE);
        assertThat(features.get("mean")).isLessThan(expected.get("mean"));
        expected.keySet().removeIf(name -> !name.contains(","));
        assertThat(expected).hasSizeGreaterThan(300);
        assertSame(features, expected);
        assertThat(features.get("volume, brightest 1/4")).isCloseTo(CUBE.voxels() / 4.0, within(60.0));
    }

    private static byte[] noise() {
        byte[] voxels = new byte[CUBE.voxels()];
        new Random(7).nextBytes(voxels);
        return voxels;
    }

    @Test
    void smoothsGreyChannelsAlongEachAxis() {
        VolumeShape shape = new VolumeShape(1, 1, 2, 3);
        float[] smooth = BinomialFilter.smooth(new float[] {16, 0, 0, 0, 0, 0}, shape);
        assertThat(smooth).containsExactly(9, 3, 0, 3, 1, 0);
    }

    @Test
    void findsOtsusThresholdBetweenTwoClasses() {
        assertThat(Threshold.OTSU.of(new float[] {0, 0.125f, 0.125f, 0.75f, 1})).isEqualTo(0.125f);
        assertThat(Threshold.OTSU.of(new float[] {0.5f, 0.5f})).isEqualTo(0.5f);
        assertThat(Threshold.HALF.of(new float[] {1, 2, 3, 4})).isEqualTo(2);
        assertThat(Threshold.TENTH.of(new float[] {1, 1, 1})).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(VolumeKind.class)
    void describesEachChannelAsIfItWereAlone(VolumeKind kind) {
        VolumeShape two = new VolumeShape(2, 5, 6, 7);
        float[] volume = Split.of("train", two, Samples.voxels(1, two.elements()), new int[1])
                .values(0);
        Map<String, Double> features = features(kind, volume, two);
        VolumeShape one = two.withChannels(1);
        for (int channel = 0; channel < 2; channel++) {
            float[] alone = new float[one.elements()];
            for (int i = 0; i < alone.length; i++) {
                alone[i] = volume[2 * i + channel];
            }
            int number = channel;
            features(kind, alone, one).forEach((name, value) -> check(features, name + " of channel " + number, value));
        }
    }
}
