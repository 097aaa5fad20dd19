package dev.voxgrad.bench.gpu;

import org.junit.jupiter.api.Test;

import dev.voxgrad.bench.step.StepCase;
import dev.voxgrad.engine.device.cuda.Precision;
import dev.voxgrad.medmnist.nets.Nets;
import dev.voxgrad.medmnist.nets.study.StudyNet;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests the counts of a step's work against the definition. */
class StepWorkTest {
    private static final StepCase WORK = new StepCase(StudyNet.NET1, 4, 2);
    /** The number of values of one channel at each of the two resolutions, and after the last pool. */
    private static final int LARGE = 2 * 4 * 4 * 4;

    private static final int SMALL = 2 * 2 * 2 * 2;
    private static final int POINT = 2;

    @Test
    void countsFlopByDefinition() {
        double convolutions = 54.0 * (LARGE * (1 * 32 + 32 * 32) + SMALL * (32 * 64 + 64 * 64));
        double linear = 2 * 2.0 * (64 * 64 + 64 * 2);
        StepWork work = StepWork.of(WORK, Precision.FP32);
        assertThat(work.inferFlop()).isEqualTo(convolutions + linear);
        assertThat(work.trainFlop())
                .as("the volumes get no gradient")
                .isEqualTo(3 * (convolutions + linear) - 54.0 * LARGE * 32);
    }

    @Test
    void countsFlopOfOtherNets() {
        StepWork work = StepWork.of(new StepCase(Nets.named("resnet18-3d"), 4, 2), Precision.FP32);
        assertThat(work.trainFlop())
                .as("the volumes get no gradient")
                .isEqualTo(3 * work.inferFlop() - 54.0 * LARGE * 64);
        assertThat(work.trainBytes()).isNaN();
        assertThat(work.inferBytes()).isNaN();
    }

    /** Tests x → z → a, derived from the operations one by one. */
    @Test
    void countsBytesOfFusedPasses() {
        int[] x = {LARGE, 32 * LARGE, 32 * SMALL, 64 * SMALL};
        int[] z = {32 * LARGE, 32 * LARGE, 64 * SMALL, 64 * SMALL};
        int[] a = {32 * LARGE, 32 * SMALL, 64 * SMALL, 64 * POINT};
        double infer = 0;
        double train = 0;
        for (int unit = 0; unit < 4; unit++) {
            infer += x[unit] + 2 * z[unit] + a[unit];
            train += 2 * x[unit] + 7 * z[unit] + 3 * a[unit] + (unit == 0 ? 0 : x[unit] + z[unit]);
        }
        long parameters = 27 * (32 + 32 * 32 + 32 * 64 + 64 * 64) + 3 * (32 + 32 + 64 + 64) + 64 * 64 + 64 + 64 * 2 + 2;
        StepWork float32 = StepWork.of(WORK, Precision.FP32);
        assertThat(float32.inferBytes()).isEqualTo(4 * infer);
        assertThat(float32.trainBytes()).isEqualTo(4 * train + 28.0 * parameters);
        StepWork bfloat16 = StepWork.of(WORK, Precision.BF16);
        assertThat(bfloat16.inferBytes()).isEqualTo(2 * infer);
        assertThat(bfloat16.trainBytes()).isEqualTo(2 * train + 28.0 * parameters);
    }
}
