package dev.voxgrad.medmnist.data;

import java.util.Arrays;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class SyntheticShapesTest {
    private static final SyntheticShapes.Settings SMALL = new SyntheticShapes.Settings(5, 16, 25, 10, 10, 0);

    @Test
    void isMarkedSyntheticAndBalanced() {
        VolumeData data = SyntheticShapes.make(SMALL);
        assertThat(data.synthetic()).isTrue();
        assertThat(data.description()).startsWith("SYNTHETIC");
        assertThat(data.shape()).isEqualTo(new VolumeShape(1, 16));
        assertThat(data.classes()).isEqualTo(5);
        for (int c = 0; c < 5; c++) {
            int wanted = c;
            assertThat(Arrays.stream(data.train().labels())
                            .filter(l -> l == wanted)
                            .count())
                    .isEqualTo(5);
        }
    }

    @Test
    void voxelsDependOnTheSeedOnly() {
        VolumeData data = SyntheticShapes.make(SMALL);
        assertThat(SyntheticShapes.make(SMALL).train().voxels())
                .isEqualTo(data.train().voxels());
        VolumeData longer = SyntheticShapes.make(new SyntheticShapes.Settings(5, 16, 30, 10, 10, 0));
        assertThat(Arrays.copyOf(longer.train().voxels(), data.train().voxels().length))
                .as("a longer split starts alike")
                .isEqualTo(data.train().voxels());
        assertThat(SyntheticShapes.make(new SyntheticShapes.Settings(6, 16, 25, 10, 10, 0))
                        .train()
                        .voxels())
                .isNotEqualTo(data.train().voxels());
        assertThat(data.val().voxels())
                .as("splits differ")
                .isNotEqualTo(data.test().voxels());
    }

    /** The voxels must not differ between machines or Java versions: a fingerprint detects any change. */
    @Test
    void voxelsAreTheSameOnEveryMachine() {
        VolumeData data = SyntheticShapes.make(new SyntheticShapes.Settings(1, 12, 10, 5, 5, 1));
        assertThat(Arrays.hashCode(data.train().voxels())).isEqualTo(FINGERPRINT);
    }

    private static final int FINGERPRINT = -552458215;

    /** Difficulty 0.4 is 0.4 of the mean brightness of a solid, which is 60. */
    @Test
    void noiseHasTheStatedDeviation() {
        SyntheticShapes.Settings noisy = new SyntheticShapes.Settings(5, 16, 25, 5, 5, 0.4);
        byte[] clean = SyntheticShapes.make(SMALL).train().voxels();
        byte[] voxels = SyntheticShapes.make(noisy).train().voxels();
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < voxels.length; i++) {
            double noise = (voxels[i] & 0xFF) - (clean[i] & 0xFF);
            sum += noise;
            squares += noise * noise;
        }
        assertThat(sum / voxels.length).isCloseTo(0, within(0.3));
        assertThat(Math.sqrt(squares / voxels.length)).isCloseTo(24, within(0.5));
    }
}
