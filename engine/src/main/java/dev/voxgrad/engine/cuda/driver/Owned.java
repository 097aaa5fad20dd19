package dev.voxgrad.engine.cuda.driver;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/**
 * Things that somebody has made and must give back, which is done in the reverse order: when they are no longer
 * wanted, or when the next one could not be made.
 *
 * <pre>{@code
 * try {
 *     stream = owned.add(new CudaStream(driver), CudaStream::close);
 *     event = owned.add(CudaEvent.forOrder(driver), CudaEvent::close);
 * } catch (RuntimeException e) {
 *     owned.closeAfter(e);
 *     throw e;
 * }
 * }</pre>
 */
public final class Owned implements AutoCloseable {
    private final Deque<Runnable> ends = new ArrayDeque<>();

    /** Takes charge of a thing that {@code end} will give back. */
    public <T> T add(T thing, Consumer<? super T> end) {
        ends.push(() -> end.accept(thing));
        return thing;
    }

    /** Gives everything back, even where some of it throws; the first exception is thrown at the end. */
    @Override
    public void close() {
        RuntimeException first = null;
        while (!ends.isEmpty()) {
            try {
                ends.pop().run();
            } catch (RuntimeException e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }

    /** As {@link #close}; what goes wrong is added to the failure that came before. */
    public void closeAfter(Throwable failure) {
        try {
            close();
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }
}
