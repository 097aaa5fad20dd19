package dev.voxgrad.bench.step;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import dev.voxgrad.medmnist.nets.study.StudyNet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Tests the engines of the ordinary build. */
class StepEngineTest {
    private static final StepCase WORK = new StepCase(StudyNet.NET1, 8, 4);

    @Test
    void voxgradLearnsItsBatch() {
        try (StepEngine engine = EngineName.VOXGRAD.open(WORK, 1)) {
            double first = engine.trainStep();
            double last = first;
            for (int step = 0; step < 20; step++) {
                last = engine.trainStep();
            }
            assertThat(first).isBetween(0.2, 2.0);
            assertThat(last).isLessThan(first / 2);
            float[] logits = engine.infer();
            assertThat(logits).hasSize(WORK.batch() * StepCase.CLASSES);
            assertThat(engine.infer()).as("inference changes nothing").isEqualTo(logits);
        }
    }

    /** Tests engines that are missing in the ordinary build, to which this test belongs. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "VOXGRAD")
    void missingEnginesExplainHowToBuildThem(EngineName engine) {
        assertThatThrownBy(() -> engine.open(WORK, 1))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("engine " + engine.flag() + " is not in this build")
                .hasMessageContaining("bench/bin/bench --peers");
    }

    @Test
    void everyEngineGetsTheSameBatch() {
        RandomBatch batch = RandomBatch.of(WORK);
        assertThat(batch.volumes())
                .hasSize(4 * 8 * 8 * 8)
                .isEqualTo(RandomBatch.of(WORK).volumes());
        assertThat(batch.labels()).hasSize(4).isEqualTo(RandomBatch.of(WORK).labels());
        for (float value : batch.volumes()) {
            assertThat(value).isBetween(0f, Math.nextDown(1f));
        }
    }
}
