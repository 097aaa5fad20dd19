package dev.voxgrad.medmnist.train;

import java.util.function.BooleanSupplier;

/** Requests, from any thread, that a training stops after its present step. */
public final class StopSignal {
    private final BooleanSupplier also;
    private volatile boolean requested;

    /** Creates a signal for a stop that was not requested yet. */
    public StopSignal() {
        this(() -> false);
    }

    private StopSignal(BooleanSupplier also) {
        this.also = also;
    }

    /** Returns another signal, which is also requested by this one, and as soon as {@code condition} is met. */
    public StopSignal or(BooleanSupplier condition) {
        return new StopSignal(() -> isRequested() || condition.getAsBoolean());
    }

    /** Requests the stop. */
    public void request() {
        requested = true;
    }

    /** Returns whether a stop was requested. */
    public boolean isRequested() {
        return requested || also.getAsBoolean();
    }
}
