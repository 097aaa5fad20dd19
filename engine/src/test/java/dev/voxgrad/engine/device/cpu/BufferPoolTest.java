package dev.voxgrad.engine.device.cpu;

import java.util.HashMap;
import java.util.Map;

import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.ShapeException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class BufferPoolTest {
    @Test
    void lengthsWasteUpToOneEighth() {
        Map<Integer, Integer> lengths = new HashMap<>();
        for (int n = 1; n < 2_000_000_000; n += 1 + n / 97) {
            int length = BufferPool.roundedUp(n);
            long most = n <= 64 ? 64 : n + Math.max(16L, n / 8 + 1);
            assertThat((long) length).isGreaterThanOrEqualTo(n).isLessThanOrEqualTo(most);
            assertThat(lengths.computeIfAbsent(BufferPool.sizeClass(length), c -> length))
                    .as("lengths of class %d", BufferPool.sizeClass(length))
                    .isEqualTo(length);
        }
        assertThat(lengths).hasSizeGreaterThan(180);
        int largest = Integer.MAX_VALUE - 8;
        assertThat(BufferPool.roundedUp(largest)).isEqualTo(largest);
        assertThat(lengths).doesNotContainKey(BufferPool.sizeClass(largest));
    }

    @Test
    void reusesArrays() {
        BufferPool<double[]> pool = BufferPool.ofDoubles();
        double[] first = pool.take(1000);
        pool.give(first, first.length);
        assertThat(pool.take(990)).isSameAs(first);
        assertThat(pool.take(1000)).isNotSameAs(first);
        assertThat(pool.allocatedBytes()).isEqualTo(2L * 8 * first.length);
    }

    @Test
    void lendsLongerArraysBriefly() {
        BufferPool<float[]> pool = BufferPool.ofFloats();
        float[] idle = pool.take(200_000);
        pool.give(idle, idle.length);
        assertThat(pool.take(120_000)).as("to keep: of its own length").hasSizeLessThan(140_000);
        assertThat(pool.takeBriefly(90_000)).as("not even half as long").hasSizeLessThan(110_000);
        assertThat(pool.takeBriefly(120_000)).isSameAs(idle);
        assertThat(pool.takeBriefly(120_000)).as("none is idle").hasSizeLessThan(140_000);
        pool.give(idle, idle.length);
        float[] exact = pool.take(120_000);
        pool.give(exact, exact.length);
        assertThat(pool.takeBriefly(120_000)).as("the shortest that will do").isSameAs(exact);
    }

    @Test
    void trimsBeforeItFails() {
        int[] failures = {0};
        BufferPool<float[]> pool = new BufferPool<>(Float.BYTES, length -> {
            if (failures[0] > 0) {
                failures[0]--;
                throw new OutOfMemoryError("full");
            }
            return new float[length];
        });
        for (int length : new int[] {1000, 200_000}) {
            pool.give(pool.take(length), BufferPool.roundedUp(length));
        }
        failures[0] = 1;
        float[] taken = pool.take(400_000);
        assertThat(pool.allocatedBytes()).as("nothing idle is left").isEqualTo(4L * taken.length);
        failures[0] = 2;
        assertThatThrownBy(() -> pool.take(1000))
                .isInstanceOf(OutOfMemoryError.class)
                .hasMessage("full");
        assertThat(pool.allocatedBytes()).isEqualTo(4L * taken.length);
        assertThat(pool.take(1000)).hasSize(BufferPool.roundedUp(1000));
    }

    @Test
    void trimKeepsArraysInUse() {
        BufferPool<double[]> pool = BufferPool.ofDoubles();
        double[] used = pool.take(100_000);
        double[] idle = pool.take(100_000);
        double[] tiny = pool.take(10);
        pool.give(idle, idle.length);
        pool.give(tiny, tiny.length);
        assertThat(pool.allocatedBytes()).isEqualTo(8L * (2 * used.length + 64));
        pool.trim();
        assertThat(pool.allocatedBytes()).isEqualTo(8L * used.length);
        pool.give(used, used.length);
        assertThat(pool.take(100_000)).isSameAs(used);
    }

    @Test
    void refusesLengthsBeyondJavaArrays() {
        BufferPool<float[]> pool = BufferPool.ofFloats();
        for (int elements : new int[] {Integer.MAX_VALUE - 7, Integer.MAX_VALUE, Integer.MIN_VALUE, -1}) {
            assertThatThrownBy(() -> pool.take(elements))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageContaining(Integer.toUnsignedLong(elements) + " elements are required")
                    .hasMessageContaining("2^31-9");
        }
        assertThat(pool.allocatedBytes()).isZero();
    }
}
