package dev.voxgrad.engine.device;

import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.ShapeException;
import dev.voxgrad.engine.Tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

class CpuDeviceTest {
    private static final long MEBIBYTE = 1 << 20;

    @Test
    void trimReleasesOnlyIdleMemory() {
        try (CpuDevice cpu = new CpuDevice(1)) {
            Tensor kept = Tensor.full(cpu, Shape.of(1 << 18), 3);
            try (Scope _ = Scope.open()) {
                Tensor.zeros(cpu, Shape.of(1 << 19));
                cpu.giveBack(cpu.borrowSums(1 << 17));
                cpu.trim();
                assertThat(cpu.allocatedBytes()).isEqualTo(3 * MEBIBYTE);
            }
            assertThat(cpu.allocatedBytes()).as("one is idle").isEqualTo(3 * MEBIBYTE);
            cpu.trim();
            assertThat(cpu.allocatedBytes()).isEqualTo(MEBIBYTE);
            assertThat(kept.toArray()).containsOnly(3);
        }
    }

    @Test
    void doesNotCountCollectedTensors() throws InterruptedException {
        try (CpuDevice cpu = new CpuDevice(1)) {
            Tensor kept = Tensor.zeros(cpu, Shape.of(1 << 18));
            List<Tensor> garbage = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                garbage.add(Tensor.zeros(cpu, Shape.of(1 << 18)));
            }
            assertThat(cpu.allocatedBytes()).isEqualTo(9 * MEBIBYTE);
            Reference.reachabilityFence(garbage);
            garbage.clear();
            for (int i = 0; i < 600 && cpu.allocatedBytes() > MEBIBYTE; i++) {
                System.gc();
                Thread.sleep(50);
            }
            assertThat(cpu.allocatedBytes()).isEqualTo(MEBIBYTE);
            Reference.reachabilityFence(kept);
        }
    }

    /** More than an array can have, and more than fits in memory: a clear error, and the device stays usable. */
    @ParameterizedTest
    @ValueSource(ints = {Integer.MAX_VALUE, Integer.MAX_VALUE - 1, Integer.MAX_VALUE - 7})
    void refusesTensorsBeyondJavaArrays(int elements) {
        try (CpuDevice cpu = new CpuDevice(1)) {
            for (Device device : List.of(cpu, ReferenceDevice.INSTANCE)) {
                assertThatThrownBy(() -> Tensor.zeros(device, Shape.of(elements)))
                        .isInstanceOf(ShapeException.class)
                        .hasMessageContaining(elements + " elements are required")
                        .hasMessageContaining("at most 2^31-9");
                assertThat(Tensor.zeros(device, Shape.of(2)).toArray()).containsOnly(0);
            }
        }
    }

    @Test
    void fullHeapErrorSaysWhatIsNeeded() {
        try (CpuDevice cpu = new CpuDevice(1)) {
            Tensor kept = Tensor.zeros(cpu, Shape.of(1 << 18));
            assumeThat(Runtime.getRuntime().maxMemory()).isLessThan(8L << 30);
            assertThatThrownBy(() -> Tensor.zeros(cpu, Shape.of(Integer.MAX_VALUE - 8)))
                    .isInstanceOf(OutOfMemoryError.class)
                    .hasMessageStartingWith("8192.0 MiB were required, the tensors of this device already take 1.0 MiB")
                    .hasMessageEndingWith("use a smaller batch or smaller volumes, or give Java more with -Xmx");
            assertThat(kept.toArray()).containsOnly(0);
        }
        assertThatThrownBy(() -> Tensor.zeros(ReferenceDevice.INSTANCE, Shape.of(Integer.MAX_VALUE - 8)))
                .isInstanceOf(OutOfMemoryError.class)
                .hasMessageStartingWith("16384.0 MiB were required, and Java may use");
    }
}
