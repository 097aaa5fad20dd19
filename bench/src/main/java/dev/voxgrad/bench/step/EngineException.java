package dev.voxgrad.bench.step;

/** An engine can't be had or failed; the message says why and what to do. */
public final class EngineException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public EngineException(String message, Throwable cause) {
        super(message, cause);
    }
}
