package dev.voxgrad.medmnist.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.medmnist.data.Batch;
import dev.voxgrad.medmnist.data.BatchLoader;
import dev.voxgrad.medmnist.data.SyntheticShapes;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.nets.study.StudyNet;
import dev.voxgrad.medmnist.train.settings.OptimizerKind;
import dev.voxgrad.medmnist.train.settings.TrainSettings;
import dev.voxgrad.nn.Initialization;
import dev.voxgrad.nn.Layer;
import dev.voxgrad.nn.NamedTensor;
import dev.voxgrad.nn.optim.Adam;
import dev.voxgrad.nn.optim.AdamW;
import dev.voxgrad.nn.optim.Optimizer;
import dev.voxgrad.nn.optim.SGD;
import dev.voxgrad.nn.optim.UpdateRule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The trainer's step, compared with the same step written out with {@code nn}. */
class TrainingStepTest {
    private static final VolumeData DATA = SyntheticShapes.make(new SyntheticShapes.Settings(1, 12, 20, 10, 10, 0.4));
    private static final int BATCH_SIZE = 8;

    private static Layer net(CpuDevice device) {
        Layer net = StudyNet.NET1.build(device, DATA.shape(), DATA.classes());
        Initialization.apply(net, 3);
        net.train();
        return net;
    }

    private static List<List<Float>> weights(Layer net) {
        List<List<Float>> weights = new ArrayList<>();
        for (NamedTensor tensor : net.stateDict().values()) {
            if (tensor instanceof NamedTensor.Floats floats) {
                List<Float> values = new ArrayList<>();
                for (float value : floats.values()) {
                    values.add(value);
                }
                weights.add(values);
            }
        }
        return weights;
    }

    private static UpdateRule expectedRule(OptimizerKind kind) {
        return switch (kind) {
            case ADAMW -> new AdamW(0.01, 0.1);
            case ADAM -> new Adam(0.01, 0.1);
            case SGD -> new SGD(0.01, 0.9, 0.1);
        };
    }

    private static BatchLoader loader() {
        return new BatchLoader(DATA.train(), BatchLoader.Settings.evaluation(DATA, BATCH_SIZE));
    }

    private static TrainSettings settings(OptimizerKind kind) {
        return TrainSettings.builder()
                .learningRate(0.01)
                .weightDecay(0.1)
                .optimizer(kind)
                .build();
    }

    /** 20 volumes in batches of 8: the last batch of an epoch is smaller. */
    @ParameterizedTest
    @EnumSource
    void eachOptimizerMatchesNn(OptimizerKind kind) {
        try (CpuDevice device = new CpuDevice(2);
                BatchLoader loader = loader()) {
            Layer expected = net(device);
            Optimizer optimizer = new Optimizer(expectedRule(kind), expected.parameters());
            Layer actual = net(device);
            List<Double> expectedLosses = new ArrayList<>();
            List<Double> losses = new ArrayList<>();
            try (MemberSteps steps = new MemberSteps(
                    actual, null, settings(kind), DATA, device, (epoch, step, samples, loss) -> losses.add(loss))) {
                for (int epoch = 0; epoch < 2; epoch++) {
                    int step = 0;
                    for (Batch batch : loader.epoch(epoch)) {
                        try (Scope _ = Scope.open()) {
                            int[] labels = Arrays.copyOf(batch.labels(), batch.size());
                            Tensor loss = expected.forward(BatchTensors.input(device, batch))
                                    .crossEntropy(labels);
                            expectedLosses.add(loss.item());
                            optimizer.step(loss.backward(), 0.01 / (epoch + 1));
                        }
                        steps.run(batch, epoch + 1, ++step, 0.01 / (epoch + 1));
                    }
                }
                steps.finish();
            }
            assertThat(losses).hasSize(6).isEqualTo(expectedLosses);
            assertThat(weights(actual)).isEqualTo(weights(expected));
        }
    }

    /** The CPU finds out before the update: the net still has the weights that led to the loss. */
    @Test
    void divergenceLeavesWeightsOnTheCpu() {
        try (CpuDevice device = new CpuDevice(1);
                BatchLoader loader = loader()) {
            Layer net = net(device);
            Tensor first = net.parameters().firstEntry().getValue();
            float[] values = first.toArray();
            values[0] = Float.NaN;
            device.write(values, first.storage());
            List<List<Float>> before = parameters(net);
            List<Double> losses = new ArrayList<>();
            try (MemberSteps steps = new MemberSteps(
                    net,
                    null,
                    settings(OptimizerKind.ADAMW),
                    DATA,
                    device,
                    (epoch, step, samples, loss) -> losses.add(loss))) {
                Batch batch = loader.epoch(0).iterator().next();
                assertThatThrownBy(() -> steps.run(batch, 4, 2, 0.01))
                        .isInstanceOf(DivergedException.class)
                        .hasMessageContaining("the loss is NaN in epoch 4, step 2")
                        .hasMessageContaining(net.parameters().firstEntry().getKey());
            }
            assertThat(losses).isEmpty();
            assertThat(parameters(net)).isEqualTo(before);
        }
    }

    private static List<List<Float>> parameters(Layer net) {
        List<List<Float>> all = new ArrayList<>();
        for (Tensor parameter : net.parameters().values()) {
            List<Float> values = new ArrayList<>();
            for (float value : parameter.toArray()) {
                values.add(value);
            }
            all.add(values);
        }
        return all;
    }
}
