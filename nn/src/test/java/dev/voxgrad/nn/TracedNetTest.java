package dev.voxgrad.nn;

import java.util.List;

import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.ConvolutionMode;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.trace.Pass;
import dev.voxgrad.engine.trace.Recorder;
import dev.voxgrad.engine.trace.TraceEvent;
import dev.voxgrad.nn.optim.AdamW;
import dev.voxgrad.nn.optim.Optimizer;
import dev.voxgrad.nn.testing.TestNets;

import static org.assertj.core.api.Assertions.assertThat;

class TracedNetTest {
    @Test
    void everyOperationHasItsLayersName() {
        try (CpuDevice cpu = new CpuDevice(1, ConvolutionMode.AUTO, false)) {
            Sequential net = TestNets.net(cpu, 1, 4, 1, 2);
            Initialization.apply(net, 1);
            Optimizer optimizer = new Optimizer(new AdamW(1e-3, 5e-4), net.parameters());
            Recorder recorder = new Recorder();
            cpu.traceTo(recorder);
            try (var _ = Scope.open()) {
                Tensor x = Tensor.full(cpu, Shape.of(2, 1, 4, 4, 4), 1);
                optimizer.step(net.forward(x).crossEntropy(0, 1).backward());
            }
            List<TraceEvent> events = recorder.takeEvents();
            assertThat(names(events, Pass.FORWARD))
                    .containsExactly(
                            "layer1.0 conv3d",
                            "layer1.1 batchNorm",
                            "layer1.2 relu",
                            "layer1.3 conv3d",
                            "layer1.4 batchNorm",
                            "layer1.5 relu",
                            "layer1.6 maxPool3d",
                            "pool adaptiveAvgPool3d",
                            "flatten reshape",
                            "fc.0 linear",
                            "fc.1 leakyRelu",
                            "fc.2 linear",
                            " crossEntropy");
            assertThat(names(events, Pass.BACKWARD))
                    .containsExactlyElementsOf(names(events, Pass.FORWARD).reversed());
            assertThat(names(events, Pass.GRAD_INPUT))
                    .as("the volumes need no gradient")
                    .containsExactly("layer1.3 conv3d");
            assertThat(names(events, Pass.GRAD_WEIGHT)).containsExactly("layer1.3 conv3d", "layer1.0 conv3d");
            assertThat(names(events, Pass.GRAD_BIAS)).hasSize(2);
            assertThat(names(events, Pass.UPDATE))
                    .hasSize(net.parameters().size())
                    .containsOnly(" optimizer");
            long parameters = net.parameters().values().stream()
                    .mapToLong(p -> p.shape().elements())
                    .sum();
            assertThat(events.stream()
                            .filter(e -> e.pass() == Pass.UPDATE)
                            .mapToLong(e -> e.work().bytes())
                            .sum())
                    .as("gradient read; parameter, mean and square read and written")
                    .isEqualTo(4 * 7 * parameters);
        }
    }

    /** A block is a container of its convolutions, the pass after them and the sums over its gradient. */
    @Test
    void kernelsOfFusedLayersHaveTheirOwnRows() {
        try (CpuDevice cpu = new CpuDevice(1)) {
            Sequential net = TestNets.net(cpu, 1, 16, 1, 2);
            Initialization.apply(net, 1);
            Recorder recorder = new Recorder();
            cpu.traceTo(recorder);
            try (var _ = Scope.open()) {
                net.forward(Tensor.full(cpu, Shape.of(2, 1, 4, 4, 4), 1))
                        .crossEntropy(0, 1)
                        .backward();
            }
            List<TraceEvent> events = recorder.takeEvents().stream()
                    .filter(e -> e.layer().equals("layer1.0-6"))
                    .toList();
            assertThat(names(events, Pass.FORWARD))
                    .containsExactly(
                            "layer1.0-6 convBlock",
                            "layer1.0-6 conv3d 1",
                            "layer1.0-6 conv3d 2",
                            "layer1.0-6 normRelu");
            assertThat(names(events, Pass.BACKWARD))
                    .containsExactly(
                            "layer1.0-6 convBlock",
                            "layer1.0-6 normRelu",
                            "layer1.0-6 conv3d 2",
                            "layer1.0-6 conv3d 1");
            assertThat(events.stream().filter(TraceEvent::container).map(TraceEvent::op))
                    .containsOnly("convBlock")
                    .hasSize(2);
            assertThat(events.stream()
                            .map(e -> e.work().algorithm())
                            .filter(a -> !a.isEmpty())
                            .toList())
                    .containsExactly("direct-few", "winograd", "winograd", "direct-few");
            long outputs = 2 * 64 * 16;
            assertThat(events.stream()
                            .filter(e -> !e.container())
                            .mapToLong(e -> e.work().directFlop())
                            .sum())
                    .as("forward and weight gradient of both, input gradient of the second")
                    .isEqualTo(2 * outputs * 27 * (2 + 3 * 16));
        }
    }

    private static List<String> names(List<TraceEvent> events, Pass pass) {
        return events.stream()
                .filter(e -> e.pass() == pass)
                .map(e -> e.layer() + " " + e.op())
                .toList();
    }
}
