package dev.voxgrad.medmnist.cli.ui;

import java.util.concurrent.CountDownLatch;

import dev.voxgrad.medmnist.train.StopSignal;

/**
 * While it is open, Ctrl-C and SIGTERM ask for a stop, and the JVM's end waits until it is closed; then the JVM exits
 * with 130 or 143, as it does on these signals.
 */
public final class SignalStop implements AutoCloseable {
    private final StopSignal signal = new StopSignal();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread onSignal = new Thread(this::requestAndWait, "stop");

    public SignalStop() {
        Runtime.getRuntime().addShutdownHook(onSignal);
    }

    /** What is to be watched. */
    public StopSignal signal() {
        return signal;
    }

    private void requestAndWait() {
        signal.request();
        try {
            closed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closed.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(onSignal);
        } catch (IllegalStateException e) {
            return; // the JVM is on its way out
        }
    }
}
