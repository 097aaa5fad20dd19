package dev.voxgrad.engine.cuda.driver;

import dev.voxgrad.engine.cuda.CudaException;

/** Reports that the GPU's memory is full. The process stays usable: the request had no effect. */
public final class DeviceMemoryException extends CudaException {
    private static final long serialVersionUID = 1;

    DeviceMemoryException(String message) {
        super(message);
    }
}
