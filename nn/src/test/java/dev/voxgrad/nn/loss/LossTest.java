package dev.voxgrad.nn.loss;

import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.nn.Softmax;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class LossTest {
    private static final Tensor LOGITS =
            Tensor.of(ReferenceDevice.INSTANCE, Shape.of(2, 3), 0.5, -1.0, 2.0, 1.0, 1.0, -3.0);

    @Test
    void crossEntropyIsTheMeanNegativeLogProbability() {
        double[] p = new Softmax().forward(LOGITS).toDoubleArray();
        assertThat(p[2]).isCloseTo(Math.exp(2) / (Math.exp(0.5) + Math.exp(-1) + Math.exp(2)), within(1e-12));
        assertThat(new CrossEntropyLoss().forward(LOGITS, 2, 0).item())
                .isCloseTo(-(Math.log(p[2]) + Math.log(p[3])) / 2, within(1e-12));
    }

    @Test
    void crossEntropyWeightsSamplesByClass() {
        double[] p = new Softmax().forward(LOGITS).toDoubleArray();
        assertThat(new CrossEntropyLoss(new float[] {3, 0.5f, 1})
                        .forward(LOGITS, 2, 0)
                        .item())
                .isCloseTo(-(Math.log(p[2]) + 3 * Math.log(p[3])) / 4, within(1e-12));
    }

    @Test
    void binaryCrossEntropyIsTheMeanOverAllElements() {
        float[] targets = {1, 0, 0.25f, 0, 1, 1};
        double[] x = LOGITS.toDoubleArray();
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            double p = 1 / (1 + Math.exp(-x[i]));
            sum -= targets[i] * Math.log(p) + (1 - targets[i]) * Math.log(1 - p);
        }
        assertThat(new BCEWithLogitsLoss().forward(LOGITS, targets).item()).isCloseTo(sum / 6, within(1e-12));
    }
}
