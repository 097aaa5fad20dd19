package dev.voxgrad.engine.trace;

import java.lang.management.ManagementFactory;
import java.util.List;

import com.sun.management.ThreadMXBean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.autograd.Context;
import dev.voxgrad.engine.autograd.Op;
import dev.voxgrad.engine.autograd.OpTrace;
import dev.voxgrad.engine.device.ConvolutionMode;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.engine.device.cpu.Lanes;
import dev.voxgrad.engine.op.activation.ReluOp;
import dev.voxgrad.engine.op.conv3d.Conv3dOp;
import dev.voxgrad.engine.testing.Samples;

import static org.assertj.core.api.Assertions.assertThat;

@Tag("kernels")
class TraceTest {
    private static final Shape X = Shape.of(2, 16, 4, 4, 4);
    private static final Shape W = Shape.of(16, 16, 3, 3, 3);

    private final CpuDevice cpu = new CpuDevice(2);
    private final Recorder recorder = new Recorder();

    @AfterEach
    void close() {
        cpu.close();
    }

    private Tensor leaf(Shape shape) {
        return Tensor.of(cpu, shape, Samples.gaussian(shape, 5)).requiresGrad(true);
    }

    /** Traces a convolution in layer a, a ReLU in layer b within it, and the gradients of their sum. */
    private List<TraceEvent> smallNet() {
        Tensor x = Tensor.ofChannelsLast(cpu, X, new float[X.elements()]).requiresGrad(true);
        Tensor w = leaf(W);
        Tensor bias = leaf(Shape.of(16));
        cpu.traceTo(recorder);
        Tensor y;
        try (var _ = Trace.layer(cpu, "a")) {
            y = x.conv3d(w, bias, Conv3dOp.padded(1));
            try (var _ = Trace.layer(cpu, "b")) {
                y = y.relu();
            }
        }
        y.sum().backward();
        cpu.traceTo(null);
        return recorder.takeEvents();
    }

    @Test
    void everyPassIsOneSpanNamedByItsLayer() {
        List<TraceEvent> events = smallNet();
        assertThat(events)
                .extracting(e -> (e.layer() + " " + e.op() + " " + e.pass().label()).strip())
                .containsExactly(
                        "a conv3d forward",
                        "a.b relu forward",
                        "sum forward",
                        "sum backward",
                        "a.b relu backward",
                        "a conv3d backward",
                        "a conv3d gradInput",
                        "a conv3d gradWeight",
                        "a conv3d gradBias");
        assertThat(events)
                .extracting(TraceEvent::container)
                .containsExactly(false, false, false, false, false, true, false, false, false);
        assertThat(events).allSatisfy(event -> {
            assertThat(event.nanos()).isPositive();
            assertThat(event.thread()).isEqualTo(Thread.currentThread().getName());
        });
        assertThat(events.get(0).inputs()).containsExactly(X, W, Shape.of(16));
        assertThat(events.get(0).output()).isEqualTo(X);
        TraceEvent outer = events.get(5);
        assertThat(events.subList(6, 9)).allSatisfy(inner -> {
            assertThat(inner.start()).isGreaterThanOrEqualTo(outer.start());
            assertThat(inner.start() + inner.nanos()).isLessThanOrEqualTo(outer.start() + outer.nanos());
        });
        assertThat(recorder.takeEvents()).as("events left after taking").isEmpty();
    }

    /**
     * Counts 2·16·4³ outputs of 16·27 products. By Winograd: eight tiles in each of two samples, which the micro-kernel
     * computes as fourteen; 16 channels in, and 16 out, which are half a block of 512-bit vectors.
     */
    @Test
    void countsWorkAsByHand() {
        List<TraceEvent> events = smallNet();
        long out = Lanes.COUNT == 16 ? 32 : 16;
        long direct = 2 * (2 * 16 * 64) * 16 * 27;
        long transforms = 16 * (128 * 16 + 120 * out) + 240 * 16 * out;
        assertThat(direct).isEqualTo(1_769_472);
        assertThat(work(events, 0))
                .isEqualTo(new Work(
                        "winograd", direct, 2 * 64 * 16 * out * 28 + transforms, 4 * (2048 + 6912 + 16 + 2048)));
        transforms = 16 * (56 * out + 224 * 16) + 240 * out * out;
        assertThat(work(events, 6))
                .isEqualTo(
                        new Work("winograd", direct, 2 * 64 * out * out * 28 + transforms, 4 * (2048 + 6912 + 2048)));
        transforms = 16 * (56 * out + 128 * 16) + 288 * 16 * out;
        assertThat(work(events, 7))
                .isEqualTo(new Work("winograd", direct, 2 * 64 * 16 * out * 16 + transforms, 4 * (2048 + 6912 + 2048)));
        assertThat(work(events, 8)).isEqualTo(new Work("", 2048, 2048, 4 * (2048 + 16)));
        assertThat(work(events, 1)).as("relu: read, write").isEqualTo(new Work("", 0, 0, 4 * 2 * 2048));
        assertThat(work(events, 4)).as("relu: dy, saved tensor, dx").isEqualTo(new Work("", 0, 0, 4 * 3 * 2048));
        assertThat(work(events, 5).directFlop()).isEqualTo(2 * direct + 2048);
    }

    private static Work work(List<TraceEvent> events, int index) {
        return events.get(index).work();
    }

    /** 3³ volume, padding 1: 7 of 9 pairs of tap and output are inside along an axis; rows of 3 are computed as 4. */
    @Test
    void countsExecutedWorkOfDirectConvolution() {
        Conv3dOp op = Conv3dOp.padded(1);
        OpCall call = OpCall.ofShapes(Shape.of(1, 3, 3, 3, 3), Shape.of(1, 6, 3, 3, 3), Shape.of(3, 6, 3, 3, 3));
        long direct = 2 * 81 * 6 * 27;
        long block = 2 * Lanes.COUNT;
        long out = Math.ceilDiv(3, block) * block;
        try (CpuDevice device = new CpuDevice(1, ConvolutionMode.DIRECT, true)) {
            assertThat(op.work(device, Pass.FORWARD, call))
                    .isEqualTo(new Work("direct", direct, 2 * 7 * 7 * 3 * 4 * 6 * out, 4 * (162 + 486 + 81)));
            assertThat(op.work(device, Pass.GRAD_INPUT, call).executedFlop())
                    .isEqualTo(2 * 7 * 7 * 3 * 4 * 3 * Math.ceilDiv(6, block) * block);
            assertThat(op.work(device, Pass.GRAD_WEIGHT, call).executedFlop()).isEqualTo(2 * 343 * 6 * out);
        }
        assertThat(op.work(ReferenceDevice.INSTANCE, Pass.FORWARD, call).executedFlop())
                .isEqualTo(direct);
    }

    /** Two channels: 54 products per output, padded to 56 for the weight gradient; rows of 3 are computed as 7. */
    @Test
    void countsExecutedWorkOfFewChannels() {
        OpCall call = OpCall.ofShapes(Shape.of(1, 3, 3, 3, 3), Shape.of(1, 2, 3, 3, 3), Shape.of(3, 2, 3, 3, 3));
        long out = Math.ceilDiv(3, 2 * Lanes.COUNT) * 2 * Lanes.COUNT;
        assertThat(Conv3dOp.padded(1).work(cpu, Pass.FORWARD, call))
                .isEqualTo(new Work("direct-few", 2 * 81 * 54, 2 * 9 * 7 * 54 * out, 4 * (54 + 162 + 81)));
        assertThat(Conv3dOp.padded(1).work(cpu, Pass.GRAD_WEIGHT, call).executedFlop())
                .isEqualTo(2 * 27 * 56 * out);
    }

    @Test
    void countsArraysAndProductsOfOtherOperations() {
        Tensor x = leaf(Shape.of(3, 5));
        cpu.traceTo(recorder);
        Tensor y = x.linear(leaf(Shape.of(4, 5)), leaf(Shape.of(4)));
        y.batchNorm(
                        leaf(Shape.of(4)),
                        leaf(Shape.of(4)),
                        Tensor.zeros(cpu, Shape.of(4)),
                        Tensor.zeros(cpu, Shape.of(4)),
                        true,
                        0.1,
                        1e-5)
                .add(y)
                .reshape(Shape.of(12))
                .sum()
                .backward();
        List<TraceEvent> events = recorder.takeEvents();
        assertThat(find(events, "linear", Pass.FORWARD)).isEqualTo(Work.direct(2 * 3 * 4 * 5, 15 + 20 + 4 + 12));
        assertThat(find(events, "linear", Pass.BACKWARD))
                .isEqualTo(Work.direct(2 * 2 * 3 * 4 * 5, 12 + (15 + 20) + (15 + 20 + 4)));
        assertThat(find(events, "batchNorm", Pass.FORWARD)).isEqualTo(Work.moving(3 * 12));
        assertThat(find(events, "batchNorm", Pass.BACKWARD)).isEqualTo(Work.moving(5 * 12));
        assertThat(find(events, "reshape", Pass.FORWARD)).isEqualTo(Work.NONE);
        assertThat(find(events, "add", Pass.BACKWARD)).isEqualTo(Work.NONE);
    }

    private static Work find(List<TraceEvent> events, String op, Pass pass) {
        return events.stream()
                .filter(e -> e.op().equals(op) && e.pass() == pass)
                .findFirst()
                .orElseThrow()
                .work();
    }

    /** Does the work of two layers and reports both, as a fused operation would. */
    private record TwoInOne() implements Op {
        @Override
        public String name() {
            return "twoInOne";
        }

        @Override
        public Shape outputShape(Shape... inputs) {
            return inputs[0];
        }

        @Override
        public Tensor forward(Context context, Tensor... inputs) {
            inner(inputs[0], Pass.FORWARD);
            return inputs[0].detach();
        }

        @Override
        public Tensor[] backward(Context context, Tensor gradOutput) {
            inner(gradOutput, Pass.BACKWARD);
            return new Tensor[] {gradOutput.detach()};
        }

        private static void inner(Tensor x, Pass pass) {
            for (String layer : new String[] {"0", "1"}) {
                try (var _ = Trace.layer(x.device(), layer);
                        var _ = Trace.span(
                                x.device(),
                                "relu",
                                pass,
                                OpCall.ofShapes(x.shape(), x.shape()).traffic(pass),
                                x.shape())) {
                    assertThat(Trace.currentLayer(x.device())).endsWith(layer);
                }
            }
        }
    }

    @Test
    void operationMayOpenSpansForInnerLayers() {
        Tensor x = leaf(Shape.of(6));
        cpu.traceTo(recorder);
        Tensor y;
        try (var _ = Trace.layer(cpu, "stage")) {
            y = Tensor.apply(new TwoInOne(), x);
        }
        y.backward(Tensor.full(cpu, x.shape(), 1));
        assertThat(recorder.takeEvents())
                .extracting(e -> e.layer() + " " + e.op() + " " + e.pass().label() + " "
                        + e.work().bytes())
                .containsExactly(
                        "stage twoInOne forward 48",
                        "stage.0 relu forward 48",
                        "stage.1 relu forward 48",
                        "stage twoInOne backward 48",
                        "stage.0 relu backward 72",
                        "stage.1 relu backward 72");
        assertThat(Trace.currentLayer(cpu)).isEmpty();
    }

    @Test
    void notesThreadsOfParallelLoop() {
        Tensor x = leaf(Shape.of(100_000));
        cpu.traceTo(recorder);
        x.relu();
        List<TraceEvent> events = recorder.takeEvents();
        List<WorkerEvent> workers = recorder.takeWorkerEvents();
        assertThat(workers).hasSizeBetween(1, 2).allSatisfy(share -> {
            assertThat(share.op()).isEqualTo("relu");
            assertThat(share.busyNanos()).isBetween(1L, share.nanos());
            assertThat(share.start()).isGreaterThanOrEqualTo(events.getFirst().start());
        });
        int tasks = Math.ceilDiv(100_000, 16 * 1024);
        assertThat(workers.stream().mapToInt(WorkerEvent::tasks).sum()).isEqualTo(tasks);
        long busy = workers.stream().mapToLong(WorkerEvent::busyNanos).sum();
        assertThat(recorder.takeLoopEvents()).singleElement().satisfies(loop -> {
            assertThat(loop.op()).isEqualTo("relu");
            assertThat(loop.taskNanos()).hasSize(tasks).allMatch(nanos -> nanos > 0);
            assertThat(loop.taskNanos().stream().mapToLong(Long::longValue).sum())
                    .isLessThanOrEqualTo(busy);
        });
    }

    @Test
    void recordsNothingByDefault() {
        assertThat(cpu.recorder()).isNull();
        smallNet();
        recorder.takeWorkerEvents();
        recorder.takeLoopEvents();
        leaf(X).relu();
        assertThat(recorder.takeEvents()).isEmpty();
        assertThat(recorder.takeWorkerEvents()).isEmpty();
        assertThat(recorder.takeLoopEvents()).isEmpty();
        assertThat(ReferenceDevice.INSTANCE.recorder()).isNull();
    }

    /** If tracing starts between forward and backward, the operations have no layer names. */
    @Test
    void tracingMayStartBetweenForwardAndBackward() {
        Tensor y = leaf(X).relu();
        cpu.traceTo(recorder);
        y.backward(Tensor.full(cpu, X, 1));
        assertThat(recorder.takeEvents())
                .singleElement()
                .satisfies(event -> assertThat(event.layer()).isEmpty());
    }

    @Test
    void allocatesNothingWithoutRecorder() {
        Op relu = new ReluOp();
        Context context = new Context(relu, new Tensor[] {leaf(X)}, new boolean[] {true}, true, null);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        int opened = 0;
        for (int i = 0; i < 100_000; i++) {
            try (var span = OpTrace.span(cpu, relu, Pass.FORWARD, context);
                    var layer = Trace.layer(cpu, "a")) {
                opened += span == null && layer == null && Trace.currentLayer(cpu) == null ? 0 : 1;
            }
        }
        assertThat(opened).isZero();
        assertThat(threads.getCurrentThreadAllocatedBytes() - before)
                .as("bytes of 100,000 spans")
                .isLessThan(100_000);
    }
}
