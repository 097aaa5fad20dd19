package dev.voxgrad.nn;

import java.util.ArrayList;
import java.util.List;
import java.util.SequencedMap;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import dev.voxgrad.engine.Gradients;
import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Checks that {@link Sequential} releases what its layers compute, and nothing that a layer owns. */
class HostileLayersTest {
    private static final CpuDevice CPU = new CpuDevice(1);
    private static final Shape SHAPE = Shape.of(2);

    @AfterAll
    static void close() {
        CPU.close();
    }

    /** The surroundings in which a net may be applied. */
    private enum Surroundings {
        NONE,
        STEP,
        PREDICTION,
        PREDICTION_IN_STEP;

        List<Scope> open() {
            List<Scope> scopes = new ArrayList<>();
            if (this == STEP || this == PREDICTION_IN_STEP) {
                scopes.add(Scope.open());
            }
            if (this == PREDICTION || this == PREDICTION_IN_STEP) {
                scopes.add(Scope.withoutGradients());
            }
            return scopes;
        }
    }

    static List<Device> devices() {
        return List.of(CPU, ReferenceDevice.INSTANCE);
    }

    private static Tensor of(Device device, double first, double second) {
        return Tensor.of(device, SHAPE, first, second);
    }

    /** Applies a net of these layers to (1, 2) three times, each time in new surroundings. */
    private static void assertEachTime(
            Device device, Surroundings where, double first, double second, Layer... layers) {
        Sequential net = new Sequential(layers);
        Tensor x = of(device, 1, 2);
        for (int run = 0; run < 3; run++) {
            List<Scope> scopes = where.open();
            try {
                assertThat(net.forward(x).toDoubleArray()).as("run " + run).containsExactly(first, second);
            } finally {
                scopes.reversed().forEach(Scope::close);
            }
        }
        assertThat(x.toDoubleArray()).containsExactly(1, 2);
    }

    private static Layer doubling() {
        return input -> input.add(input);
    }

    @ParameterizedTest
    @EnumSource
    void leavesConstantsAlone(Surroundings where) {
        for (Device device : devices()) {
            Tensor constant = of(device, 5, 7);
            assertEachTime(device, where, 10, 14, doubling(), _ -> constant, doubling());
            assertEachTime(device, where, 5, 7, doubling(), _ -> constant, input -> input);
            assertThat(constant.toDoubleArray()).containsExactly(5, 7);
        }
    }

    /** Uses a constant that the first forward creates, outside the reach of any scope. */
    @ParameterizedTest
    @EnumSource
    void leavesConstantsOfFirstUseAlone(Surroundings where) {
        for (Device device : devices()) {
            Tensor[] constant = new Tensor[1];
            try (Scope _ = Scope.open()) {
                assertThat(new Sequential(input -> constant[0] = Tensor.full(input.device(), SHAPE, 3), doubling())
                                .forward(of(device, 1, 2))
                                .toArray())
                        .containsOnly(6);
                assertThat(constant[0].toArray()).containsOnly(3);
            }
            constant[0] = null;
            Layer lazy = input -> {
                constant[0] = constant[0] == null ? input.add(input).detach() : constant[0];
                return constant[0];
            };
            if (where == Surroundings.NONE) {
                assertEachTime(device, where, 4, 8, lazy, doubling());
            }
        }
    }

    private record Owner(Tensor parameter) implements Layer {
        @Override
        public Tensor forward(Tensor input) {
            return parameter;
        }

        @Override
        public SequencedMap<String, Tensor> ownParameters() {
            return Named.of("parameter", parameter);
        }
    }

    @ParameterizedTest
    @EnumSource
    void leavesParametersAlone(Surroundings where) {
        for (Device device : devices()) {
            Tensor parameter = of(device, 5, 7).requiresGrad(true);
            assertEachTime(device, where, 10, 14, new Owner(parameter), doubling());
            assertThat(parameter.requiresGrad()).isTrue();
            assertThat(parameter.node()).isNull();
        }
    }

    @ParameterizedTest
    @EnumSource
    void leavesInputsAlone(Surroundings where) {
        for (Device device : devices()) {
            assertEachTime(device, where, 1, 2, input -> input);
            assertEachTime(device, where, 4, 8, input -> input, doubling(), input -> input, doubling(), input -> input);
            assertEachTime(device, where, 2, 4, new Sequential(), doubling(), new Sequential());
            assertEachTime(device, where, 4, 8, doubling(), Tensor::detach, doubling());
            assertEachTime(device, where, 4, 8, doubling(), input -> input.reshape(SHAPE), doubling());
        }
    }

    /** Uses a layer that keeps a handle on its input, which another layer returns as it is. */
    private static final class Skip {
        private Tensor kept;

        Layer keep(boolean inGraph) {
            return input -> {
                kept = inGraph ? input.share() : input.detach();
                return input.relu();
            };
        }

        Layer giveBack() {
            return _ -> kept;
        }

        Layer add() {
            return input -> input.add(kept);
        }
    }

    @ParameterizedTest
    @EnumSource
    void leavesKeptActivationsAlone(Surroundings where) {
        for (Device device : devices()) {
            for (boolean inGraph : new boolean[] {true, false}) {
                Skip skip = new Skip();
                assertEachTime(
                        device,
                        where,
                        12,
                        24,
                        doubling(),
                        skip.keep(inGraph),
                        doubling(),
                        skip.giveBack(),
                        doubling(),
                        skip.add(),
                        doubling());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("devices")
    void skipConnectionsKeepTheirGradients(Device device) {
        Skip skip = new Skip();
        Sequential net = new Sequential(doubling(), skip.keep(true), doubling(), skip.add());
        try (Scope _ = Scope.open()) {
            Tensor x = of(device, 1, 2).requiresGrad(true);
            Gradients gradients = net.forward(x).sum().backward();
            assertThat(gradients.of(x).toDoubleArray()).as("through both paths").containsExactly(6, 6);
        }
    }

    /** A layer that keeps its input itself, without a handle of its own, may use it until the whole net has run. */
    @ParameterizedTest
    @EnumSource
    void inputsMayBeKeptForALaterLayer(Surroundings where) {
        for (Device device : devices()) {
            Tensor[] kept = new Tensor[1];
            Layer keep = input -> {
                kept[0] = input;
                return input.relu();
            };
            Layer keepAndPassOn = input -> {
                kept[0] = input;
                return input;
            };
            Layer add = input -> input.add(kept[0]);
            assertEachTime(device, where, 6, 12, doubling(), keep, doubling(), add);
            assertEachTime(device, where, 6, 12, doubling(), keepAndPassOn, new ReLU(), doubling(), add);
            assertEachTime(device, where, 6, 12, new Sequential(doubling(), keep), doubling(), new Sequential(add));
            assertEachTime(device, where, 2, 4, doubling(), keep, doubling(), _ -> kept[0]);
        }
    }

    @ParameterizedTest
    @MethodSource("devices")
    void inputsKeptForALaterLayerHaveGradients(Device device) {
        Tensor[] kept = new Tensor[1];
        Sequential net = new Sequential(
                doubling(),
                input -> {
                    kept[0] = input;
                    return input.relu();
                },
                doubling(),
                input -> input.mul(kept[0]));
        try (Scope _ = Scope.open()) {
            Tensor x = of(device, 1, 2).requiresGrad(true);
            assertThat(net.forward(x).sum().backward().of(x).toDoubleArray())
                    .as("of 2·2x·2x")
                    .containsExactly(16, 32);
            assertThatThrownBy(() -> kept[0].toArray()).as("after the pass").hasMessageContaining("share()");
        }
    }
}
