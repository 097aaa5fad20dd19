package dev.voxgrad.bench.step;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.voxgrad.medmnist.nets.Nets;
import dev.voxgrad.medmnist.nets.study.StudyNet;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests the counts of a step's operations against the definition. */
class StepFlopTest {
    @Test
    void countsEveryPassButTheVolumesGradient() {
        int large = 3 * 8 * 8 * 8;
        int small = 3 * 4 * 4 * 4;
        double first = 54.0 * large * 2 * 32;
        double forward = first + 54.0 * (large * 32 * 32 + small * (32 * 64 + 64 * 64)) + 3 * 2.0 * (64 * 64 + 64 * 2);
        StepFlop flop = StepFlop.of(new StepCase(StudyNet.NET1, 2, 8, 3));
        assertThat(flop.infer()).isEqualTo(forward);
        assertThat(flop.train()).isEqualTo(3 * forward - first);
    }

    /** Tests the first convolution: 3×3×3, or 3×3 in planes, on volumes of 8³, as large as its output. */
    @ParameterizedTest
    @CsvSource({"resnet18-3d, 27", "resnet18-2.5d, 9", "resnet18-acs, 9"})
    void countsTheFirstConvolutionOfResNets(String net, int taps) {
        StepFlop flop = StepFlop.of(new StepCase(Nets.named(net), 3, 8, 2));
        assertThat(3 * flop.infer() - flop.train()).isEqualTo(2.0 * taps * 3 * 64 * 2 * 512);
    }
}
