package dev.voxgrad.medmnist.train;

/** Requests, from any thread, that a training stops after its present step. */
public final class StopSignal {
    private volatile boolean requested;

    /** Requests the stop. */
    public void request() {
        requested = true;
    }

    /** Returns whether a stop was requested. */
    public boolean isRequested() {
        return requested;
    }
}
