package dev.voxgrad.medmnist.train;

/** Asks a training to stop at the next step, from any thread. */
public final class StopSignal {
    private volatile boolean requested;

    public void request() {
        requested = true;
    }

    public boolean isRequested() {
        return requested;
    }
}
