package dev.voxgrad.engine.cuda.driver;

/** The card's memory is full. The process stays usable: what was asked for was not taken. */
public final class DeviceMemoryException extends CudaException {
    private static final long serialVersionUID = 1;

    DeviceMemoryException(String message) {
        super(message);
    }
}
