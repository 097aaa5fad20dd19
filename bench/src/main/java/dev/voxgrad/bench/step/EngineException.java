package dev.voxgrad.bench.step;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

/** Thrown when an engine is not available or fails; the message says why and what to do. */
public final class EngineException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public EngineException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    @Override
    public String getMessage() {
        return Objects.requireNonNull(super.getMessage());
    }
}
