package dev.voxgrad.medmnist.watch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.voxgrad.engine.Gradients;
import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.autograd.Op;
import dev.voxgrad.engine.device.ConvolutionMode;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.graph.Graph;
import dev.voxgrad.engine.op.activation.ReluOp;
import dev.voxgrad.engine.op.conv3d.Conv3dOp;
import dev.voxgrad.engine.optim.AdamUpdate;
import dev.voxgrad.engine.optim.GradientMath;
import dev.voxgrad.medmnist.data.Batch;
import dev.voxgrad.medmnist.data.BatchLoader;
import dev.voxgrad.medmnist.data.SyntheticShapes;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.nets.Nets;
import dev.voxgrad.medmnist.train.Trainer;
import dev.voxgrad.medmnist.train.settings.TrainSettings;
import dev.voxgrad.nn.Layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** Compares what a page says with the engine. */
class StepWatchTest {
    private static final StepWatch.Timing ONCE = new StepWatch.Timing(0, 0, 2, false);
    private static final int MOST_BYTES = 3_000_000;

    private static StepData step;
    private static Map<String, double[]> expected;
    private static double expectedLoss;

    private static TrainSettings settings(NetSpec spec) {
        return TrainSettings.builder()
                .models(1)
                .nets(List.of(spec))
                .batchSize(2)
                .seed(4)
                .build();
    }

    private static StepData watch(String net, int edge, boolean fused) {
        NetSpec spec = Nets.named(net);
        VolumeData data = SyntheticShapes.make(SyntheticShapes.Settings.example(1, edge));
        try (CpuDevice device = new CpuDevice(2, ConvolutionMode.AUTO, fused)) {
            return new StepWatch(spec, settings(spec), data, device, ONCE).run(_ -> {}, "src/");
        }
    }

    @BeforeAll
    static void watchAndComputeTheSame() {
        step = watch("net1", 12, false);
        NetSpec spec = Nets.named("net1");
        TrainSettings settings = settings(spec);
        VolumeData data = SyntheticShapes.make(SyntheticShapes.Settings.example(1, 12));
        long seed = Trainer.seedOf(settings.seed(), 0);
        expected = new LinkedHashMap<>();
        try (CpuDevice device = new CpuDevice(1, ConvolutionMode.AUTO, false);
                BatchLoader loader = new BatchLoader(
                        data.train(),
                        BatchLoader.Settings.training(data, 2, seed)
                                .withTransform(settings.augmentation().keyed(seed)))) {
            Layer net = spec.build(device, data.shape(), data.classes());
            settings.start().initialize(net, seed);
            Batch batch = loader.epoch(0).iterator().next();
            try (Scope _ = Scope.open()) {
                Tensor input = Tensor.ofChannelsLast(device, Shape.of(2, 1, 12, 12, 12), batch.inputs());
                Tensor loss = net.forward(input).crossEntropy(batch.labels());
                expectedLoss = loss.item();
                Gradients gradients = loss.backward();
                net.parameters().forEach((name, parameter) -> {
                    double sum = 0;
                    for (double value : gradients.of(parameter).toDoubleArray()) {
                        sum += value;
                    }
                    expected.put(
                            name, new double[] {sum, Math.sqrt(GradientMath.sumOfSquares(gradients.of(parameter)))});
                });
            }
        }
    }

    private static List<StepData.Frame> frames(StepData.Phase phase) {
        return step.frames().stream().filter(frame -> frame.phase() == phase).toList();
    }

    @Test
    void lossAndGradientsAreThoseOfTheEngine() {
        assertThat(step.head().loss()).isEqualTo(expectedLoss);
        List<StepData.Frame> updates = frames(StepData.Phase.UPDATE);
        assertThat(updates).extracting(StepData.Frame::title).containsExactlyElementsOf(expected.keySet());
        for (StepData.Frame update : updates) {
            Values gradient = update.values().getFirst();
            double[] sumAndNorm = expected.get(update.title());
            assertThat(gradient.sum()).as(update.title()).isCloseTo(sumAndNorm[0], within(1e-12));
            assertThat(gradient.norm()).as(update.title()).isCloseTo(sumAndNorm[1], within(1e-9 * sumAndNorm[1]));
        }
    }

    @Test
    void backwardVisitsEveryOperationAndCompletesEveryParameter() {
        List<StepData.Frame> forward = frames(StepData.Phase.FORWARD);
        List<StepData.Frame> backward = frames(StepData.Phase.BACKWARD);
        assertThat(forward).hasSize(20);
        assertThat(backward.reversed())
                .extracting(StepData.Frame::node)
                .containsExactlyElementsOf(
                        forward.stream().map(StepData.Frame::node).toList());
        assertThat(backward.getFirst().values().getFirst().sum())
                .as("the gradient of the loss is 1")
                .isEqualTo(1);
        assertThat(backward.stream().flatMap(frame -> frame.norms().stream()))
                .extracting(StepData.Norm::name)
                .containsExactlyInAnyOrderElementsOf(expected.keySet());
        for (StepData.Frame frame : backward) {
            frame.norms()
                    .forEach(norm -> assertThat(norm.norm())
                            .as(norm.name())
                            .isCloseTo(expected.get(norm.name())[1], within(1e-9 * expected.get(norm.name())[1])));
        }
    }

    @Test
    void everyOperationHasItsKernelsAndItsFormula() {
        for (StepData.Frame frame : frames(StepData.Phase.FORWARD)) {
            assertThat(frame.kernels()).as(frame.layer()).isNotEmpty();
            assertThat(frame.kernels().getFirst().name()).isEqualTo(frame.title() + " forward");
            assertThat(frame.formula()).isNotEmpty();
        }
        for (StepData.Frame frame : frames(StepData.Phase.BACKWARD)) {
            assertThat(frame.kernels()).as(frame.layer()).isNotEmpty();
            assertThat(frame.kernels())
                    .extracting(StepData.Kernel::name)
                    .anyMatch(name -> name.startsWith(frame.title()));
        }
        for (StepData.Frame frame : frames(StepData.Phase.UPDATE)) {
            assertThat(frame.kernels()).hasSize(1);
        }
        assertThat(frames(StepData.Phase.BACKWARD).stream()
                        .filter(frame -> frame.title().equals("conv3d"))
                        .flatMap(frame -> frame.kernels().stream()))
                .extracting(StepData.Kernel::name)
                .contains("conv3d gradInput", "conv3d gradWeight", "conv3d gradBias");
    }

    @Test
    void statisticsFollowFromTheValues() {
        Values relu = frames(StepData.Phase.FORWARD).stream()
                .filter(frame -> frame.title().equals("relu"))
                .findFirst()
                .orElseThrow()
                .values()
                .getFirst();
        assertThat(relu.min()).isZero();
        assertThat(relu.zeros()).isBetween(1, relu.count() - 1);
        assertThat(relu.histogram()[0]).isGreaterThanOrEqualTo(relu.zeros());
        int sum = 0;
        for (int count : relu.histogram()) {
            sum += count;
        }
        assertThat(sum).isEqualTo(relu.count());
        assertThat(relu.sum() / relu.count()).isCloseTo(relu.mean(), within(1e-12));
        assertThat(relu.norm() * relu.norm() / relu.count())
                .isCloseTo(relu.deviation() * relu.deviation() + relu.mean() * relu.mean(), within(1e-9));
    }

    @Test
    void notFiniteValuesAreCountedApart() {
        Values values = Values.of("x", Shape.of(4), new float[] {1, Float.NaN, 3, Float.POSITIVE_INFINITY}, 0.5);
        assertThat(values.finite()).isEqualTo(2);
        assertThat(values.sum()).isEqualTo(4);
        assertThat(values.max()).isEqualTo(3);
    }

    /** Fused layers are one node, whose kernels are those of all of them; the loss differs by rounding only. */
    @Test
    void fusedStepHasFewerFrames() {
        StepData fused = watch("net1", 12, true);
        assertThat(fused.frames()).hasSizeLessThan(step.frames().size());
        assertThat(fused.head().loss()).isCloseTo(expectedLoss, within(1e-4));
        StepData.Frame block = fused.frames().stream()
                .filter(frame -> frame.title().equals("convBlock"))
                .findFirst()
                .orElseThrow();
        assertThat(block.kernels().size()).isGreaterThan(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"net1", "net2", "net3"})
    void pageIsSmallAndLoadsNothing(String net) {
        String page = WatchPage.of(watch(net, 28, false));
        assertThat(page.length()).isBetween(100_000, MOST_BYTES);
        Matcher addresses = Pattern.compile("https?://[^\"'\\s)]*").matcher(page);
        List<String> found = new ArrayList<>();
        while (addresses.find()) {
            found.add(addresses.group());
        }
        assertThat(found).containsOnly("http://www.w3.org/2000/svg"); // a name, not an address
        assertThat(page).doesNotContain("src=", "@import", "url(", "<link");
        assertThat(page).contains("default-src 'none'", "script-src 'sha256-");
    }

    @Test
    void residualNetsAreGraphsWithJoins() {
        StepData residual = watch("resnet18-2.5d", 16, false);
        assertThat(residual.nodes()).extracting(StepData.Node::name).contains("add");
        assertThat(residual.head().loss()).isFinite();
    }

    @ParameterizedTest
    @CsvSource({"forward, emptyLike", "backward, emptyLike"})
    void sourceLinesAreThoseOfTheMethods(String method, String text) throws IOException {
        SourceLine line = SourceLine.of(ReluOp.class, method);
        assertThat(line).isNotNull();
        assertThat(line.symbol()).isEqualTo("ReluOp." + method);
        Path root = Path.of("..").toAbsolutePath().normalize();
        assertThat(Files.readAllLines(root.resolve(line.file())).get(line.line() - 1))
                .contains(text);
    }

    @Test
    void inheritedMethodsLeadToTheirOwnFile() {
        assertThat(SourceLine.of(Conv3dOp.class, "forward").symbol()).isEqualTo("ConvolutionOp.forward");
        assertThat(SourceLine.of(AdamUpdate.class, "apply").file()).endsWith("optim/AdamUpdate.java");
        assertThat(SourceLine.of(String.class, "length")).isNull();
    }

    /** A new operation needs a line in {@link Formulas}; its class is named after it. */
    @Test
    void everyOperationOfTheEngineHasAFormula() {
        List<String> names = new ArrayList<>();
        for (JavaClass type : new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("dev.voxgrad.engine.op")) {
            if (type.isAssignableTo(Op.class) && !type.isInterface()) {
                String name = type.getSimpleName().replaceFirst("Op$", "");
                names.add(Character.toLowerCase(name.charAt(0)) + name.substring(1));
            }
        }
        assertThat(names).contains("conv3d", "relu").allSatisfy(name -> {
            assertThat(Formulas.forward(name)).as(name).isNotEmpty();
            assertThat(Formulas.backward(name)).as(name).isNotEmpty();
        });
    }

    @Test
    void everyNodeAndRouteIsDrawn() {
        assertThat(step.nodes())
                .extracting(StepData.Node::kind)
                .contains(Graph.Kind.PARAMETER.name().toLowerCase(Locale.ROOT), "operation", "constant");
        assertThat(step.routes()).hasSizeGreaterThan(step.nodes().size() - 2);
        assertThat(step.routes()).allMatch(route -> route.points().size() >= 4 && route.from() < route.to());
    }
}
