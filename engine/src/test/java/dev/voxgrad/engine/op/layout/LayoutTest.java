package dev.voxgrad.engine.op.layout;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.Layout;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.engine.testing.GradientCheck;
import dev.voxgrad.engine.testing.OnEveryDevice;
import dev.voxgrad.engine.testing.Samples;

import static org.assertj.core.api.Assertions.assertThat;

@Tag("kernels")
class LayoutTest {
    @Test
    void channelsLastStoresChannelsLast() {
        Tensor x = Tensor.ofChannelsLast(ReferenceDevice.INSTANCE, Shape.of(1, 2, 1, 1, 3), 1, 2, 3, 4, 5, 6);
        assertThat(x.toArray()).containsExactly(1, 3, 5, 2, 4, 6);
    }

    @OnEveryDevice
    void convertingThereAndBackKeepsTheValues(Device device) {
        for (int channels : new int[] {1, 3, 16, 33, 70}) {
            Shape shape = Shape.of(2, channels, 3, 5, 7);
            double[] values = Samples.gaussian(shape, channels);
            Tensor x = Tensor.of(device, shape, values).inLayout(Layout.CHANNELS_LAST);
            assertThat(x.layout() == Layout.CHANNELS_LAST).isEqualTo(channels > 1);
            assertThat(x.toDoubleArray()).containsExactly(values);
        }
    }

    @Test
    void gradientEqualsCentralDifferences() {
        Shape shape = Shape.of(2, 3, 1, 2, 2);
        assertThat(GradientCheck.check(in -> in[0].inLayout(Layout.CHANNELS_LAST), shape))
                .isEqualTo(24);
    }
}
