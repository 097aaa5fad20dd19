package dev.voxgrad.engine;

import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.ReferenceDevice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Tests lifetime and gradient mode: both nest, and neither changes the other. */
class ScopeTest {
    private static final ReferenceDevice REFERENCE = ReferenceDevice.INSTANCE;

    private static Tensor two() {
        return Tensor.full(REFERENCE, Shape.of(1), 2);
    }

    @Test
    void switchesGradientsOffInsideStep() {
        Tensor w = two().requiresGrad(true);
        try (Scope _ = Scope.open()) {
            Tensor target;
            try (GradientMode _ = GradientMode.off()) {
                target = w.mul(w);
                assertThat(target.node()).isNull();
                assertThat(Scope.tracksGradients()).isFalse();
            }
            assertThat(target.item())
                    .as("belongs to the step, not to the block")
                    .isEqualTo(4);
            assertThat(w.mul(target).backward().of(w).item()).isEqualTo(4);
        }
    }

    @Test
    void innerScopeWithoutGradientsPassesOnKeptTensors() {
        Tensor w = two().requiresGrad(true);
        try (Scope step = Scope.open()) {
            Tensor before = w.relu();
            Tensor kept;
            Tensor lost;
            try (Scope teacher = Scope.withoutGradients()) {
                lost = w.mul(w);
                kept = teacher.keep(lost.add(w));
                assertThat(kept.requiresGrad()).isFalse();
                assertThat(teacher.keep(before))
                        .as("belongs to the outer scope")
                        .isSameAs(before);
            }
            assertThat(Scope.tracksGradients()).isTrue();
            assertThatThrownBy(lost::item).hasMessageContaining("scope is closed");
            assertThat(before.mul(kept).backward().of(w).item()).isEqualTo(6);
            assertThat(kept.item()).isEqualTo(6);
            step.keep(kept);
            before.release();
            assertThat(kept.item()).isEqualTo(6);
        }
        assertThat(Scope.isOpen()).isFalse();
    }

    @Test
    void keepMovesTensorsOneScopeOut() {
        Tensor once;
        Tensor twice;
        Tensor outright;
        try (Scope outer = Scope.open()) {
            try (Scope inner = Scope.open()) {
                once = inner.keep(two());
                twice = outer.keep(inner.keep(two()));
                outright = outer.keep(two());
            }
            assertThat(once.item()).isEqualTo(2);
        }
        assertThatThrownBy(once::item).hasMessageContaining("scope is closed");
        assertThat(twice.item()).isEqualTo(2);
        assertThat(outright.item()).isEqualTo(2);
    }

    /** A scope bounds lifetimes only: opened while gradients are off, it does not switch them on. */
    @Test
    void openKeepsGradientMode() {
        Tensor w = two().requiresGrad(true);
        try (Scope _ = Scope.withoutGradients()) {
            try (Scope _ = Scope.open()) {
                assertThat(w.relu().requiresGrad()).isFalse();
            }
            try (GradientMode _ = GradientMode.on()) {
                assertThat(w.relu().backward().of(w).item()).isEqualTo(1);
            }
            assertThat(w.relu().requiresGrad()).isFalse();
        }
        assertThat(GradientMode.isOn()).isTrue();
    }

    @Test
    void innerScopesFreeTheirMemoryAtOnce() {
        try (CpuDevice cpu = new CpuDevice(1)) {
            Tensor x = Tensor.zeros(cpu, Shape.of(100_000));
            try (Scope _ = Scope.open()) {
                long afterOne = 0;
                for (int i = 0; i < 10; i++) {
                    try (Scope _ = Scope.open()) {
                        x.relu();
                    }
                    afterOne = i == 0 ? cpu.allocatedBytes() : afterOne;
                }
                assertThat(cpu.allocatedBytes()).isEqualTo(afterOne);
            }
        }
    }

    @Test
    void closesInnerScopesLeftOpenAndSaysSo() {
        Scope outer = Scope.open();
        Scope forgotten = Scope.withoutGradients();
        Tensor x = two();
        assertThatThrownBy(outer::close).hasMessageContaining("left open");
        assertThatThrownBy(x::item).hasMessageContaining("scope is closed");
        assertThat(Scope.isOpen()).isFalse();
        assertThat(GradientMode.isOn()).isTrue();
        assertThatThrownBy(outer::close).hasMessageContaining("twice");
        assertThatThrownBy(forgotten::close).hasMessageContaining("twice");

        GradientMode mode = GradientMode.off();
        GradientMode inside = GradientMode.off();
        assertThatThrownBy(mode::close).hasMessageContaining("left open");
        assertThat(GradientMode.isOn()).isTrue();
        assertThatThrownBy(inside::close).hasMessageContaining("twice");
    }

    @Test
    void belongsToThreadThatOpensIt() throws InterruptedException {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        try (Scope scope = Scope.withoutGradients()) {
            Thread other = new Thread(() -> {
                assertThat(Scope.isOpen()).isFalse();
                assertThat(GradientMode.isOn()).isTrue();
                assertThatThrownBy(scope::close).hasMessageContaining("another thread");
            });
            other.setUncaughtExceptionHandler((_, thrown) -> failure.set(thrown));
            other.start();
            other.join();
        }
        assertThat(failure.get()).isNull();
    }

    @Test
    void refusesToKeepReleasedTensors() {
        try (Scope scope = Scope.open()) {
            Tensor x = two();
            x.release();
            assertThatThrownBy(() -> scope.keep(x)).hasMessageContaining("released");
        }
    }
}
