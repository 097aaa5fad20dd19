package dev.voxgrad.nn.optim;

import java.util.List;
import java.util.Map;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.voxgrad.engine.Gradients;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.engine.op.batchnorm.BatchNormOp;
import dev.voxgrad.engine.optim.AdamUpdate;
import dev.voxgrad.engine.optim.AverageUpdate;
import dev.voxgrad.engine.optim.GradientMath;
import dev.voxgrad.engine.optim.SgdUpdate;
import dev.voxgrad.nn.BatchNorm3d;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Tests that invalid settings are refused, by name, before they reach a weight. */
class SettingsTest {
    private static final ReferenceDevice REFERENCE = ReferenceDevice.INSTANCE;

    private final Tensor weight = Tensor.full(REFERENCE, Shape.of(1), 1).requiresGrad(true);
    private final Optimizer optimizer = new Optimizer(new SGD(0.1, 0, 0), Map.of("weight", weight));

    private static void assertRefused(String name, double value, ThrowingCallable call) {
        assertThatThrownBy(call)
                .as("%s %s", name, value)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(name)
                .hasMessageContaining(Double.toString(value));
    }

    private Gradients gradients() {
        return weight.mul(weight).backward();
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, -1, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void refusesSettingsOfRules(double bad) {
        assertRefused("learning rate", bad, () -> optimizer.step(gradients(), bad));
        assertRefused("learning rate", bad, () -> optimizer.setLearningRate(bad));
        assertThat(weight.item()).isEqualTo(1);
        assertRefused("learning rate", bad, () -> new SGD(bad, 0, 0));
        assertRefused("momentum", bad, () -> new SGD(0.1, bad, 0));
        assertRefused("weight decay", bad, () -> new SGD(0.1, 0, bad));
        assertRefused("learning rate", bad, () -> new SgdUpdate(bad, 0, 0, false));
        assertRefused("momentum", bad, () -> new SgdUpdate(0.1, bad, 0, false));
        assertRefused("weight decay", bad, () -> new SgdUpdate(0.1, 0, bad, false));
        assertRefused("learning rate", bad, () -> new AdamW(bad, 0));
        assertRefused("beta1", bad, () -> new Adam(0.1, bad, 0.9, 1e-8, 0));
        assertRefused("beta2", bad, () -> new AdamW(0.1, 0.9, bad, 1e-8, 0));
        assertRefused("eps", bad, () -> new AdamW(0.1, 0.9, 0.9, bad, 0));
        assertRefused("weight decay", bad, () -> new AdamW(0.1, bad));
        assertRefused("learning rate", bad, () -> new AdamUpdate(bad, 0.9, 0.9, 1e-8, 0, true, 1));
        assertRefused("beta1", bad, () -> new AdamUpdate(0.1, bad, 0.9, 1e-8, 0, true, 1));
        assertRefused("beta2", bad, () -> new AdamUpdate(0.1, 0.9, bad, 1e-8, 0, true, 1));
        assertRefused("eps", bad, () -> new AdamUpdate(0.1, 0.9, 0.9, bad, 0, true, 1));
        assertRefused("weight decay", bad, () -> new AdamUpdate(0.1, 0.9, 0.9, 1e-8, bad, true, 1));
        assertRefused("decay", bad, () -> new AverageUpdate(bad));
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, -1, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void refusesSettingsOfSchedulesAndBatchNorm(double bad) {
        assertRefused("rate", bad, () -> new LearningRateSchedule.Constant(bad));
        assertRefused("base", bad, () -> new LearningRateSchedule.MultiStep(bad, List.of(), 0.1));
        assertRefused("factor", bad, () -> new LearningRateSchedule.MultiStep(1, List.of(), bad));
        assertRefused("base", bad, () -> new LearningRateSchedule.CosineAnnealing(bad, 3, 0));
        assertRefused("minimum", bad, () -> new LearningRateSchedule.CosineAnnealing(1, 3, bad));
        assertRefused("momentum", bad, () -> new BatchNorm3d(REFERENCE, 1, bad, 1e-5));
        assertRefused("eps", bad, () -> new BatchNorm3d(REFERENCE, 1, 0.1, bad));
        assertRefused("momentum", bad, () -> new BatchNormOp(true, bad, 1e-5));
        assertRefused("eps", bad, () -> new BatchNormOp(false, 0.1, bad));
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, -1, Double.NEGATIVE_INFINITY})
    void refusesLimitsOfGradients(double bad) {
        Gradients gradients = gradients();
        List<Tensor> all = List.of(gradients.of(weight));
        assertRefused("norm", bad, () -> GradientClipping.clipNorm(gradients, List.of(weight), bad));
        assertRefused("value", bad, () -> GradientClipping.clipValue(gradients, List.of(weight), bad));
        assertRefused("norm", bad, () -> GradientMath.clipNorm(all, bad));
        assertRefused("limit", bad, () -> GradientMath.clamp(all.getFirst(), bad));
        assertThat(gradients.of(weight).item()).isEqualTo(2);
    }

    @Test
    void infiniteNormOnlyMeasures() {
        Gradients gradients = gradients();
        assertThat(GradientClipping.clipNorm(gradients, List.of(weight), Double.POSITIVE_INFINITY))
                .isEqualTo(2);
        assertThat(gradients.of(weight).item()).isEqualTo(2);
    }
}
