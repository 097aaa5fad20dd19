package dev.voxgrad.bench.step;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

import org.bytedeco.pytorch.StringTensorDict;
import org.bytedeco.pytorch.StringVector;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.nets.Nets;
import dev.voxgrad.nn.NamedTensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** Tests that libtorch's nets are the same functions of the same parameters as Voxgrad's. */
class LibtorchNetTest {
    private static final List<String> NETS =
            Nets.all().stream().map(NetSpec::name).toList();
    /** An odd edge, which strides halve to 5, 3 and 2. */
    private static final int SIZE = 9;

    private static final int BATCH = 2;
    private static final int STEPS = 2;

    /** Float32 rounds sums of up to 13,824 products in another order in each of the two, layer after layer. */
    private static final double TOLERANCE = 1e-4;

    @ParameterizedTest
    @FieldSource("NETS")
    void parametersHaveTheSameNamesAndShapes(String net) {
        StepCase work = work(net, 1);
        try (var ours = (VoxgradEngine) EngineName.VOXGRAD.open(work, 2);
                var theirs = (LibtorchEngine) EngineName.LIBTORCH.open(work, 2)) {
            Map<String, Shape> expected = new LinkedHashMap<>();
            ours.net().parameters().forEach((name, tensor) -> expected.put(name, tensor.shape()));
            Map<String, Shape> actual = new LinkedHashMap<>();
            tensors(theirs.net().module().named_parameters())
                    .forEach((name, tensor) -> actual.put(name, shape(tensor)));
            assertThat(actual).containsExactlyEntriesOf(expected);
        }
    }

    /** Trains Voxgrad's net a little, so that running statistics differ from their start, and copies everything. */
    @ParameterizedTest
    @FieldSource("NETS")
    void sameWeightsGiveTheSameLogits(String net) {
        StepCase work = work(net, 3);
        try (var ours = (VoxgradEngine) EngineName.VOXGRAD.open(work, 2);
                var tuned = (LibtorchEngine) EngineName.LIBTORCH.open(work, 2);
                var untuned = (LibtorchEngine) EngineName.LIBTORCH_UNTUNED.open(work, 2)) {
            for (int step = 0; step < STEPS; step++) {
                ours.trainStep();
            }
            copy(ours, tuned);
            copy(ours, untuned);
            float[] expected = ours.infer();
            assertSame(tuned.infer(), expected);
            assertSame(untuned.infer(), expected);
            assertThat(untuned.trainStep()).as("loss").isCloseTo(ours.trainStep(), within(10 * TOLERANCE));
        }
    }

    private static void assertSame(float[] actual, float[] expected) {
        assertThat(actual).hasSize(expected.length);
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) actual[i])
                    .as("logit %d", i)
                    .isCloseTo(expected[i], within(TOLERANCE * Math.max(1, Math.abs(expected[i]))));
        }
    }

    private static StepCase work(String net, int channels) {
        NetSpec spec = Nets.named(net);
        return new StepCase(spec, channels, Math.max(SIZE, spec.smallestEdge()), BATCH);
    }

    private static void copy(VoxgradEngine from, LibtorchEngine to) {
        Map<String, Tensor> targets = tensors(to.net().module().named_parameters());
        targets.putAll(tensors(to.net().module().named_buffers()));
        from.net().stateDict().forEach((name, source) -> {
            if (source instanceof NamedTensor.Floats floats) {
                assertThat(targets).containsKey(name);
                targets.get(name).data().copy_(Tensor.create(floats.values(), dims(floats.shape())));
            }
        });
    }

    /** Returns handles of their own, since those of the dictionary are freed with it. */
    private static Map<String, Tensor> tensors(StringTensorDict dict) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        try (StringVector names = dict.keys();
                TensorVector values = dict.values()) {
            for (long i = 0; i < values.size(); i++) {
                tensors.put(names.get(i).getString(), new Tensor(values.get(i)));
            }
        }
        return tensors;
    }

    private static Shape shape(Tensor tensor) {
        return Shape.of(LongStream.range(0, tensor.dim())
                .mapToInt(axis -> Math.toIntExact(tensor.size(axis)))
                .toArray());
    }

    private static long[] dims(Shape shape) {
        return IntStream.range(0, shape.rank()).mapToLong(shape::dim).toArray();
    }
}
