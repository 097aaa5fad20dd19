package dev.voxgrad.bench.step;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.voxgrad.medmnist.nets.Nets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

/** Compares ONNX Runtime on the models that Voxgrad writes with Voxgrad itself. */
class OnnxRuntimeEngineTest {
    @ParameterizedTest
    @CsvSource({
        "net1, 1, 28",
        "net2, 3, 17",
        "net3, 1, 28",
        "resnet18-2.5d, 3, 28",
        "resnet18-3d, 3, 28",
        "resnet18-acs, 3, 28",
        "resnet50-2.5d, 1, 28",
        "resnet50-3d, 3, 20",
        "resnet50-acs, 3, 28"
    })
    void infersTheLogitsOfVoxgrad(String net, int channels, int size) {
        StepCase work = new StepCase(Nets.named(net), channels, size, 3);
        float[] expected = logits(EngineName.VOXGRAD, work);
        float[] actual = logits(EngineName.ONNXRUNTIME, work);
        assertThat(actual).hasSize(3 * StepCase.CLASSES);
        double largest = 0;
        for (float value : expected) {
            largest = Math.max(largest, Math.abs(value));
        }
        for (int i = 0; i < actual.length; i++) {
            assertThat((double) actual[i]).isCloseTo(expected[i], within(1e-4 * largest));
        }
    }

    private static float[] logits(EngineName name, StepCase work) {
        try (StepEngine engine = name.open(work, 2)) {
            return engine.infer();
        }
    }

    @Test
    void doesNotTrain() {
        assertThat(EngineName.ONNXRUNTIME.trains()).isFalse();
        try (StepEngine engine = EngineName.ONNXRUNTIME.open(new StepCase(Nets.named("net1"), 8, 2), 1)) {
            assertThatThrownBy(engine::trainStep).hasMessage("ONNX Runtime only infers");
        }
    }
}
