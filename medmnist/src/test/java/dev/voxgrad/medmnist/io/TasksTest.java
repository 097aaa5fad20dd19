package dev.voxgrad.medmnist.io;

import java.util.concurrent.atomic.AtomicIntegerArray;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class TasksTest {
    @Test
    void runsEachTaskOnce() {
        for (int threads : new int[] {1, 3, 200}) {
            AtomicIntegerArray runs = new AtomicIntegerArray(100);
            Tasks.run(100, threads, runs::incrementAndGet);
            for (int i = 0; i < 100; i++) {
                assertThat(runs.get(i)).isOne();
            }
        }
        Tasks.run(0, i -> {
            throw new AssertionError();
        });
    }

    @Test
    void failureEndsTheRest() {
        AtomicIntegerArray runs = new AtomicIntegerArray(100);
        assertThatThrownBy(() -> Tasks.run(100, 1, i -> {
                    runs.incrementAndGet(i);
                    if (i == 5) {
                        throw new DataException("five");
                    }
                }))
                .isInstanceOf(DataException.class)
                .hasMessage("five");
        assertThat(runs.get(5)).isOne();
        assertThat(runs.get(6)).isZero();
        assertThatThrownBy(() -> Tasks.run(3, i -> {
                    throw new OutOfMemoryError("test");
                }))
                .isInstanceOf(OutOfMemoryError.class);
    }
}
