package dev.voxgrad.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BufferPoolTest {
    @Test
    void lengthsWasteAtMostAnEighthAndHaveAClassEach() {
        Map<Integer, Integer> lengths = new HashMap<>();
        for (int n = 1; n < 2_000_000_000; n += 1 + n / 97) {
            int length = BufferPool.roundedUp(n);
            long most = n <= 64 ? 64 : n + Math.max(16L, n / 8 + 1);
            assertThat((long) length).isGreaterThanOrEqualTo(n).isLessThanOrEqualTo(most);
            assertThat(lengths.computeIfAbsent(BufferPool.sizeClass(length), c -> length))
                    .as("lengths of class %d", BufferPool.sizeClass(length)).isEqualTo(length);
        }
        assertThat(lengths).hasSizeGreaterThan(180);
        int largest = Integer.MAX_VALUE - 8;
        assertThat(BufferPool.roundedUp(largest)).isEqualTo(largest);
        assertThat(lengths).doesNotContainKey(BufferPool.sizeClass(largest));
    }

    @Test
    void givesTheSameArrayAgain() {
        BufferPool<double[]> pool = BufferPool.ofDoubles();
        double[] first = pool.take(1000);
        pool.give(first, first.length);
        assertThat(pool.take(990)).isSameAs(first);
        assertThat(pool.take(1000)).isNotSameAs(first);
        assertThat(pool.allocatedBytes()).isEqualTo(2L * 8 * first.length);
    }
}
