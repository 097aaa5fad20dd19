package dev.voxgrad.engine.device;

import java.util.List;

import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class EagerStepTest {
    private final Device device = ReferenceDevice.INSTANCE;
    private final Tensor weight =
            Tensor.of(device, Shape.of(2), new double[] {1, 2}).requiresGrad(true);
    private final float[] inputs = {3, 4};

    @Test
    void runsItsBodyAtEachCall() {
        try (RepeatedStep step = device.repeat(() -> {
            assertThat(Scope.isOpen()).isTrue();
            Tensor product = weight.mul(Tensor.of(device, Shape.of(2), inputs));
            assertThat(product.node()).isNotNull();
            return List.of(product, product.sum());
        })) {
            RepeatedStep.Results first = step.run();
            inputs[1] = 5;
            RepeatedStep.Results second = step.run();
            assertThat(first.values(0)).containsExactly(3, 8);
            assertThat(first.values(1)).containsExactly(11);
            assertThat(second.values(1)).containsExactly(13);
            assertThat(step.isEager()).isTrue();
            assertThat(step.slots()).isEqualTo(1);
        }
        assertThat(Scope.isOpen()).isFalse();
    }

    @Test
    void predictionsTrackNoGradients() {
        try (RepeatedStep step = device.repeatWithoutGradients(() -> {
            Tensor sum = weight.sum();
            assertThat(sum.node()).isNull();
            return List.of(sum);
        })) {
            assertThat(step.run().values(0)).containsExactly(3);
        }
    }

    @Test
    void bodyMayStopByAnException() {
        try (RepeatedStep step = device.repeat(() -> {
            throw new IllegalStateException("enough");
        })) {
            assertThatThrownBy(step::run).hasMessage("enough");
        }
        assertThat(Scope.isOpen()).isFalse();
    }

    @Test
    void descriptionsEndWithTheArithmetic() {
        try (CpuDevice one = new CpuDevice(1);
                CpuDevice two = new CpuDevice(2, ConvolutionMode.DIRECT, false)) {
            for (Device each : List.of(one, two, device)) {
                assertThat(each.description()).startsWith(each.name() + ": ").endsWith(each.arithmetic());
            }
            assertThat(two.arithmetic()).endsWith("direct convolution, no fusion");
        }
    }
}
