package dev.voxgrad.medmnist.explain;

import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.ConvolutionMode;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.io.DataException;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.nets.Nets;
import dev.voxgrad.nn.Layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

/** Compares Grad-CAM with its formula, calculated by hand, and tests where nets are cut. */
class GradCamTest {
    private static final CpuDevice DEVICE = new CpuDevice(1);
    private static final GradCam DEFAULT = new GradCam(null);

    @AfterAll
    static void close() {
        DEVICE.close();
    }

    private static Attribution explain(Layer net, String stage, PreparedVolume volume, int target) {
        return new GradCam(stage).explain(new FrozenNet(net, DEVICE), volume, target, done -> {});
    }

    /** The gradient of a mean is 1/Z in each of Z voxels, so that α_k is the weight of channel k divided by Z. */
    @Test
    void mapIsTheFormulaByHand() {
        float[] w = {1, -2, 0.5f};
        float[] b = {0, 1, 0.25f};
        float[] linear = {1, 1, 1, /* of class 1: */ 3, -4, 2};
        PreparedVolume volume = TinyNets.volume(1, new Dims3(2, 3, 4), 5);
        Attribution found = explain(TinyNets.channels(DEVICE, w, b, 2, linear), "stem", volume, 1);
        double logit = 0;
        boolean cut = false;
        for (int v = 0; v < 24; v++) {
            double sum = 0;
            for (int k = 0; k < w.length; k++) {
                double activation = Math.max(w[k] * volume.values()[v] + b[k], 0);
                sum += linear[3 + k] / 24 * activation;
            }
            logit += sum;
            cut |= sum < 0;
            assertThat(found.map().values()[v]).isCloseTo((float) Math.max(sum, 0), within(1e-6f));
        }
        assertThat(cut).as("ReLU removes something").isTrue();
        assertThat(found.logit()).isCloseTo(logit, within(1e-5));
        assertThat(found.blankLogit()).isNaN();
    }

    @Test
    void smallMapIsInterpolatedBetweenCentresOfVoxels() {
        Heatmap small = new Heatmap(new Dims3(2, 1, 1), new float[] {0, 4});
        assertThat(small.resized(new Dims3(4, 1, 1)).values()).containsExactly(0, 1, 3, 4);
        Heatmap large = small.resized(new Dims3(4, 2, 3));
        assertThat(large.at(1, 1, 2)).isEqualTo(1);
        assertThat(large.at(3, 0, 1)).isEqualTo(4);
        assertThat(small.resized(small.size())).isEqualTo(small);
        assertThat(small.peakWords()).isEqualTo("largest at X=1 Y=0 Z=0");
        assertThat(new Heatmap(Dims3.cube(2), new float[8]).peakWords()).isEqualTo("0 everywhere");
    }

    /** Whatever is fused in the halves and wherever the cut is, the tail of the head is the net. */
    @Test
    void halvesOfEveryNetMakeUpTheWhole() {
        for (NetSpec spec : List.of(Nets.named("net3"), Nets.named("resnet18-3d"))) {
            int edge = spec.isOfBenchmark() ? 5 : 16;
            VolumeShape shape = new VolumeShape(1, edge);
            PreparedVolume volume = TinyNets.volume(1, Dims3.cube(edge), 3);
            FrozenNet net = new FrozenNet(TinyNets.random(DEVICE, spec, shape, 11), DEVICE);
            double[] whole = net.logits(volume);
            for (Stages.Stage stage : Stages.of(net, volume).all()) {
                try (var _ = Scope.withoutGradients()) {
                    double[] halves = stage.tail()
                            .forward(stage.head().forward(volume.tensor(DEVICE)))
                            .toDoubleArray();
                    assertThat(halves).as(spec + " cut after " + stage.name()).containsExactly(whole, within(1e-4));
                }
            }
        }
    }

    /**
     * The terms α_k A_k cancel out, down to some thousandths of them. So maps are compared in relation to the terms,
     * whose two factors have errors of some 1e-6: by any algorithm, gradients of Net1 differ from the reference by at
     * most 2e-6 of their norm.
     */
    @Test
    void fusionChangesNoMap() {
        VolumeShape shape = new VolumeShape(1, 12);
        PreparedVolume volume = TinyNets.volume(1, Dims3.cube(12), 4);
        try (CpuDevice plain = new CpuDevice(1, ConvolutionMode.DIRECT, false)) {
            FrozenNet unfused = new FrozenNet(TinyNets.random(plain, Nets.named("net1"), shape, 7), plain);
            FrozenNet fused = new FrozenNet(TinyNets.random(DEVICE, Nets.named("net1"), shape, 7), DEVICE);
            for (String stage : List.of("layer1", "layer1.2", "layer2.5", "layer2")) {
                int maps = 0;
                for (int target = 0; target < 3; target++) {
                    GradCam method = new GradCam(stage);
                    Heatmap a =
                            method.explain(unfused, volume, target, done -> {}).map();
                    Heatmap b =
                            method.explain(fused, volume, target, done -> {}).map();
                    double terms = largestTerms(unfused, stage, volume, target);
                    assertThat(b.values()).as(stage).containsExactly(a.values(), within((float) (2e-6 * terms)));
                    maps += a.largest() > 1e-3 * terms ? 1 : 0;
                }
                assertThat(maps).as("maps of " + stage + " far above rounding").isPositive();
            }
        }
    }

    /** Returns the maximum over the voxels of Σ_k mean |∂f_c / ∂A_k| · |A_k|. */
    private static double largestTerms(FrozenNet net, String stage, PreparedVolume volume, int target) {
        Stages.Stage cut = Stages.of(net, volume).named(stage);
        try (var _ = Scope.open()) {
            Tensor leaf =
                    cut.head().forward(volume.tensor(net.device())).detach().requiresGrad(true);
            Tensor logits = cut.tail().forward(leaf);
            double[] gradient = logits.backward(FrozenNet.selecting(target, logits))
                    .of(leaf)
                    .toDoubleArray();
            double[] activation = leaf.toDoubleArray();
            int voxels = leaf.shape().elementsFrom(2);
            double[] sums = new double[voxels];
            for (int k = 0; k < leaf.shape().dim(1); k++) {
                double mean = Arrays.stream(gradient, k * voxels, (k + 1) * voxels)
                        .map(Math::abs)
                        .average()
                        .orElseThrow();
                for (int v = 0; v < voxels; v++) {
                    sums[v] += mean * Math.abs(activation[k * voxels + v]);
                }
            }
            return Arrays.stream(sums).max().orElseThrow();
        }
    }

    @Test
    void defaultIsTheDeepestStageThatIsFineEnough() {
        assertThat(deepest("net1", 28)).isEqualTo("layer2 [1,64,7,7,7]");
        assertThat(deepest("net2", 28)).isEqualTo("layer3.5 [1,128,7,7,7]");
        assertThat(deepest("net3", 28)).isEqualTo("layer3.5 [1,128,7,7,7]");
        assertThat(deepest("resnet18-acs", 28)).isEqualTo("layer4 [1,512,4,4,4]");
        assertThat(deepest("net1", 8)).isEqualTo("layer2.5 [1,64,4,4,4]");
    }

    private static String deepest(String net, int edge) {
        VolumeShape shape = new VolumeShape(1, edge);
        FrozenNet frozen = new FrozenNet(TinyNets.random(DEVICE, Nets.named(net), shape, 1), DEVICE);
        Stages.Stage stage =
                Stages.of(frozen, TinyNets.volume(1, Dims3.cube(edge), 1)).deepest();
        return stage.name() + " " + stage.activation();
    }

    @Test
    void unknownStageIsAnErrorThatListsAll() {
        Layer net = TinyNets.random(DEVICE, Nets.named("net1"), new VolumeShape(1, 8), 1);
        assertThatThrownBy(() -> explain(net, "layer9", TinyNets.volume(1, Dims3.cube(8), 1), 0))
                .isInstanceOf(DataException.class)
                .hasMessage("stage 'layer9' is not one of this net's: layer1.0, layer1.1, layer1.2, layer1.3, "
                        + "layer1.4, layer1.5, layer1, layer2.0, layer2.1, layer2.2, layer2.3, layer2.4, layer2.5, "
                        + "layer2");
    }

    @Test
    void netThatIsNoSequenceHasNoStages() {
        VolumeShape shape = new VolumeShape(1, 8);
        Layer one = TinyNets.random(DEVICE, Nets.named("net1"), shape, 1);
        Layer both = TinyNets.mean(one, 0.5, TinyNets.random(DEVICE, Nets.named("net1"), shape, 2));
        FrozenNet net = new FrozenNet(both, DEVICE);
        assertThatThrownBy(() -> DEFAULT.explain(net, TinyNets.volume(1, Dims3.cube(8), 1), 0, done -> {}))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("no stages")
                .hasMessageContaining("another method");
    }
}
