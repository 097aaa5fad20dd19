package dev.voxgrad.engine.cuda;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * Collects resources and closes them in reverse order: at the end of their use, or as soon as creating the next one
 * fails.
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
public final class ResourceStack implements AutoCloseable {
    private final Deque<Runnable> ends = new ArrayDeque<>();

    /** Takes ownership of a resource that {@code end} will close. */
    public <T> T add(T resource, Consumer<? super T> end) {
        ends.push(() -> end.accept(resource));
        return resource;
    }

    /** Closes everything, even if some of it throws; the first exception is thrown at the end. */
    @Override
    public void close() {
        @Nullable RuntimeException first = null;
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

    /** Does the same as {@link #close}, and adds any exception to the earlier failure as suppressed. */
    public void closeAfter(Throwable failure) {
        try {
            close();
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }
}
