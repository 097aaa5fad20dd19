package dev.voxgrad.engine.cuda;

/** Reports a failed call to the CUDA driver or one of its libraries: which call, its status, and what to do. */
public class CudaException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public CudaException(String message) {
        super(message);
    }
}
