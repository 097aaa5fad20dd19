package dev.voxgrad.engine.cuda.driver;

/** A call to the CUDA driver or one of its libraries that failed: which one, with what status, and what to do. */
public class CudaException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public CudaException(String message) {
        super(message);
    }
}
