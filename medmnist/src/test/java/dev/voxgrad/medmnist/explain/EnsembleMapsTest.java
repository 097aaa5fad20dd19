package dev.voxgrad.medmnist.explain;

import java.util.List;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.nets.Nets;
import dev.voxgrad.nn.Layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** Compares the mean of two nets' maps with the map of a net that computes the mean of their logits. */
class EnsembleMapsTest {
    private static final CpuDevice DEVICE = new CpuDevice(1);
    private static final VolumeShape SHAPE = new VolumeShape(1, 8);
    private static final PreparedVolume VOLUME = TinyNets.volume(1, Dims3.cube(8), 21);

    @AfterAll
    static void close() {
        DEVICE.close();
    }

    private static Attribution explain(Method method, Layer net) {
        return method.explain(new FrozenNet(net, DEVICE), VOLUME, 1, done -> {});
    }

    @Test
    void meanOfMapsIsTheMapOfTheMean() {
        Layer a = TinyNets.random(DEVICE, Nets.named("net1"), SHAPE, 1);
        Layer b = TinyNets.random(DEVICE, Nets.named("net2"), SHAPE, 2);
        Layer both = TinyNets.mean(a, 0.25, b);
        for (Method method : List.of(new Occlusion(3, 2, Fill.MEAN), new IntegratedGradients(9, Fill.DARKEST))) {
            Attribution mean = Attribution.mean(List.of(explain(method, a), explain(method, b)), 0.5, 1.5);
            Attribution whole = explain(method, both);
            assertThat(whole.map().largest()).isGreaterThan(1e-5f);
            assertThat(mean.map().values())
                    .containsExactly(
                            whole.map().values(), within(1e-3f * whole.map().largest()));
            assertThat(mean.logit()).isCloseTo(whole.logit(), within(1e-5));
            assertThat(mean.blankLogit()).isCloseTo(whole.blankLogit(), within(1e-5));
        }
    }

    @Test
    void weightsAreRelative() {
        Attribution one = new Attribution(new Heatmap(new Dims3(1, 1, 2), new float[] {4, 0}), 1, 0);
        Attribution other = new Attribution(new Heatmap(new Dims3(1, 1, 2), new float[] {0, 8}), 5, 2);
        assertThat(Attribution.mean(List.of(one, other), 3, 1))
                .isEqualTo(new Attribution(new Heatmap(new Dims3(1, 1, 2), new float[] {3, 2}), 2, 0.5));
        assertThat(Attribution.mean(List.of(one, other), 0, 7)).isEqualTo(other);
    }
}
