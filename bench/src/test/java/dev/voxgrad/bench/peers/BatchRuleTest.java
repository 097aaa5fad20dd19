package dev.voxgrad.bench.peers;

import org.junit.jupiter.api.Test;

import dev.voxgrad.bench.step.StepCase;
import dev.voxgrad.medmnist.nets.study.StudyNet;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests the choice of a batch that fits into the machine's memory. */
class BatchRuleTest {
    private static final StepCase WORK = new StepCase(StudyNet.NET1, 8, 1);
    /** Both convolutions of a stage are followed by batch norm and ReLU; then come the pools and the classifier. */
    private static final long BYTES = 4L * (6 * 32 * 512 + 32 * 64 + 6 * 64 * 64 + 64 * 8 + 64 + 64 + 64 + 64 + 2);

    @Test
    void countsTheOutputsOfAllLayers() {
        assertThat(BatchRule.bytesPerVolume(WORK)).isEqualTo(BYTES);
    }

    @Test
    void estimatesLargeVolumesByTheirVoxels() {
        StepCase large = new StepCase(StudyNet.NET1, 64, 1);
        assertThat(BatchRule.bytesPerVolume(large)).isEqualTo(512 * BYTES);
    }

    @Test
    void halvesTheBatchUntilItFits() {
        long machine = BYTES * 32 / 2 * 3;
        assertThat(BatchRule.choose(WORK, machine).batch()).isEqualTo(32);
        assertThat(BatchRule.choose(WORK, machine - 3).batch()).isEqualTo(16);
        assertThat(BatchRule.choose(WORK, machine / 2 - 3).batch()).isEqualTo(8);
        assertThat(BatchRule.choose(WORK, 1).batch()).as("at least one volume").isEqualTo(1);
        assertThat(BatchRule.choose(WORK, machine - 3)).isEqualTo(new StepCase(StudyNet.NET1, 8, 16));
    }
}
