package dev.voxgrad.medmnist.cli.ui;

import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;

import dev.voxgrad.medmnist.train.StopSignal;

/**
 * Turns Ctrl-C and SIGTERM into a request to stop. While it is open, the JVM waits on these signals until it is closed,
 * and then exits with 130 or 143, as usual. What a command has to say about its end, it prints before that: a
 * {@code catch} or {@code finally} of the statement that closes this object would be too late.
 */
public final class SignalStop implements AutoCloseable {
    /**
     * Another condition for a stop, for a command that is part of a larger program: the task of a cluster may be
     * killed while its process continues.
     */
    public static final ScopedValue<BooleanSupplier> ALSO = ScopedValue.newInstance();

    private final StopSignal signal = new StopSignal().or(ALSO.orElse(() -> false));
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread onSignal = new Thread(this::requestAndWait, "stop");

    /** Starts to handle the signals. */
    public SignalStop() {
        Runtime.getRuntime().addShutdownHook(onSignal);
    }

    /** Returns the signal that the training checks. */
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
            return; // the JVM is shutting down
        }
    }
}
