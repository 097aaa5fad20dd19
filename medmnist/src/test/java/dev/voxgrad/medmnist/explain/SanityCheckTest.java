package dev.voxgrad.medmnist.explain;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.medmnist.data.NetInput;
import dev.voxgrad.medmnist.data.SampleReader;
import dev.voxgrad.medmnist.data.SampleTransform;
import dev.voxgrad.medmnist.data.SyntheticShapes;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.nets.Nets;
import dev.voxgrad.nn.Initialization;
import dev.voxgrad.nn.Layer;
import dev.voxgrad.nn.optim.AdamW;
import dev.voxgrad.nn.optim.Optimizer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Applies the check by cascading randomisation of Adebayo et al. (NeurIPS 2018): weights are replaced by random ones,
 * layer by layer from the logits to the volume. A map that stays the same shows edges of the volume, and nothing that
 * the net has learned.
 */
class SanityCheckTest {
    private static final int EDGE = 12;
    private static final int TRAIN = 64;
    private static final int BATCH = 16;
    private static final int EPOCHS = 6;
    private static final int EXPLAINED = 3;
    /** The layers with weights, from the top. */
    private static final List<String> CASCADE = List.of(
            "fc.2.",
            "fc.0.",
            "layer2.4.",
            "layer2.3.",
            "layer2.1.",
            "layer2.0.",
            "layer1.4.",
            "layer1.3.",
            "layer1.1.",
            "layer1.0.");

    private final VolumeData data =
            SyntheticShapes.make(new SyntheticShapes.Settings(3, EDGE, TRAIN, EXPLAINED, EXPLAINED, 0.2));

    @Test
    void mapsChangeWhenWeightsAreRandomised() {
        try (CpuDevice device = new CpuDevice(1)) {
            Layer trained = train(device);
            for (Method method : List.of(
                    new GradCam("layer2.5"),
                    new Occlusion(4, 4, Fill.DARKEST),
                    new IntegratedGradients(4, Fill.DARKEST))) {
                List<Double> similarity = cascade(device, trained, method);
                assertThat(similarity.getFirst())
                        .as(method.flag() + ", nothing is random")
                        .isEqualTo(1);
                assertThat(similarity.subList(1, similarity.size()))
                        .as(method.flag() + ", layers are random: " + similarity)
                        .allMatch(value -> value < 0.9);
                assertThat(similarity.getLast())
                        .as(method.flag() + ", all layers are random: " + similarity)
                        .isLessThan(0.5);
            }
        }
    }

    /** The check can fail: a map of the volume's own contrast does not depend on the net. */
    @Test
    void aMapOfTheVolumeAloneStaysTheSame() {
        PreparedVolume volume = volume(data.test().size() - 1);
        assertThat(rankCorrelation(volume.values(), volume.values())).isEqualTo(1);
        float[] negative = new float[volume.values().length];
        for (int i = 0; i < negative.length; i++) {
            negative[i] = -volume.values()[i];
        }
        assertThat(rankCorrelation(volume.values(), negative)).isEqualTo(-1);
    }

    private PreparedVolume volume(int index) {
        float[] values = new float[EDGE * EDGE * EDGE];
        new SampleReader(data.test(), NetInput.normalised(true), SampleTransform.NONE).read(index, 0, values, 0);
        return new PreparedVolume(1, Dims3.cube(EDGE), values);
    }

    private Layer train(CpuDevice device) {
        Layer net = Nets.named("net1").build(device, data.shape(), data.classes());
        Initialization.apply(net, 1);
        Optimizer optimizer = new Optimizer(new AdamW(3e-3, 0), net.parameters());
        int elements = EDGE * EDGE * EDGE;
        SampleReader reader = new SampleReader(data.train(), NetInput.normalised(true), SampleTransform.NONE);
        float[] batch = new float[BATCH * elements];
        for (int step = 0; step < EPOCHS * TRAIN / BATCH; step++) {
            int[] labels = new int[BATCH];
            for (int i = 0; i < BATCH; i++) {
                int index = (step * BATCH + i) * 5 % TRAIN;
                labels[i] = data.train().labels()[index];
                reader.read(index, 0, batch, i * elements);
            }
            try (Scope _ = Scope.open()) {
                Tensor input = Tensor.ofChannelsLast(device, Shape.of(BATCH, 1, EDGE, EDGE, EDGE), batch);
                optimizer.step(net.forward(input).crossEntropy(labels).backward());
            }
        }
        return net;
    }

    /** Returns the mean rank correlation with the maps of the trained net, after 0, 1, 2, … layers are random. */
    private List<Double> cascade(CpuDevice device, Layer trained, Method method) {
        Layer net = Nets.named("net1").build(device, data.shape(), data.classes());
        net.loadStateDict(trained.stateDict());
        Layer random = Nets.named("net1").build(device, data.shape(), data.classes());
        Initialization.apply(random, 99);
        List<Heatmap> original = maps(new FrozenNet(net, device), method);
        List<Double> similarity = new ArrayList<>();
        similarity.add(similarity(original, maps(new FrozenNet(net, device), method)));
        for (String layer : CASCADE) {
            var state = net.stateDict();
            random.stateDict().forEach((name, tensor) -> {
                if (name.startsWith(layer)) {
                    state.put(name, tensor);
                }
            });
            net.loadStateDict(state);
            similarity.add(similarity(original, maps(new FrozenNet(net, device), method)));
        }
        return similarity;
    }

    private List<Heatmap> maps(FrozenNet net, Method method) {
        return IntStream.range(0, EXPLAINED)
                .mapToObj(i -> method.explain(net, volume(i), data.test().labels()[i], done -> {})
                        .map())
                .toList();
    }

    private static double similarity(List<Heatmap> some, List<Heatmap> others) {
        return IntStream.range(0, some.size())
                .mapToDouble(
                        i -> rankCorrelation(some.get(i).values(), others.get(i).values()))
                .average()
                .orElseThrow();
    }

    /** Returns Spearman's correlation of two maps, 0 if one is constant. */
    private static double rankCorrelation(float[] a, float[] b) {
        double[] ranksA = ranks(a);
        double[] ranksB = ranks(b);
        double mean = (a.length - 1) / 2.0;
        double product = 0;
        double squaresA = 0;
        double squaresB = 0;
        for (int i = 0; i < a.length; i++) {
            product += (ranksA[i] - mean) * (ranksB[i] - mean);
            squaresA += (ranksA[i] - mean) * (ranksA[i] - mean);
            squaresB += (ranksB[i] - mean) * (ranksB[i] - mean);
        }
        return squaresA == 0 || squaresB == 0 ? 0 : product / Math.sqrt(squaresA * squaresB);
    }

    /** Returns the rank of each value from 0, equal ones with their mean rank. */
    private static double[] ranks(float[] values) {
        List<Integer> order = IntStream.range(0, values.length)
                .boxed()
                .sorted(Comparator.comparing(i -> values[i]))
                .toList();
        double[] ranks = new double[values.length];
        for (int from = 0; from < order.size(); ) {
            int to = from + 1;
            while (to < order.size() && values[order.get(to)] == values[order.get(from)]) {
                to++;
            }
            for (int i = from; i < to; i++) {
                ranks[order.get(i)] = (from + to - 1) / 2.0;
            }
            from = to;
        }
        return ranks;
    }
}
