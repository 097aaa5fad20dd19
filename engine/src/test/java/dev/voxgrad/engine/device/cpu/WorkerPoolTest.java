package dev.voxgrad.engine.device.cpu;

import java.lang.ref.WeakReference;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class WorkerPoolTest {
    @Test
    void runsEveryTaskExactlyOnce() {
        for (int threads : new int[] {1, 2, 3, 8}) {
            try (WorkerPool pool = new WorkerPool(threads)) {
                AtomicIntegerArray runs = new AtomicIntegerArray(17);
                for (int repeat = 0; repeat < 2000; repeat++) {
                    pool.run(17, runs::incrementAndGet);
                }
                for (int i = 0; i < 17; i++) {
                    assertThat(runs.get(i)).isEqualTo(2000);
                }
            }
        }
    }

    @Test
    void passesExceptionToCallerAndStaysUsable() {
        try (WorkerPool pool = new WorkerPool(2)) {
            assertThatThrownBy(() -> pool.run(8, i -> {
                        if (i == 5) {
                            throw new IllegalStateException("task five");
                        }
                    }))
                    .hasMessage("task five");
            AtomicInteger done = new AtomicInteger();
            pool.run(8, i -> done.incrementAndGet());
            assertThat(done).hasValue(8);
        }
    }

    @Test
    void tasksMayStartTasks() {
        try (WorkerPool pool = new WorkerPool(2)) {
            AtomicInteger done = new AtomicInteger();
            pool.run(4, i -> pool.run(4, j -> done.incrementAndGet()));
            assertThat(done).hasValue(16);
        }
    }

    @Test
    void requiresAtLeastOneThread() {
        assertThatThrownBy(() -> new WorkerPool(0)).hasMessageContaining("threads: 0");
    }

    @Test
    void releasesFinishedTasks() throws InterruptedException {
        try (WorkerPool pool = new WorkerPool(3)) {
            WeakReference<byte[]> held = runWithMemory(pool);
            for (int i = 0; i < 100 && held.get() != null; i++) {
                System.gc();
                Thread.sleep(10);
            }
            assertThat(held.get()).isNull();
        }
    }

    private static WeakReference<byte[]> runWithMemory(WorkerPool pool) {
        byte[] memory = new byte[1000];
        pool.run(100, task -> memory[task]++);
        return new WeakReference<>(memory);
    }
}
