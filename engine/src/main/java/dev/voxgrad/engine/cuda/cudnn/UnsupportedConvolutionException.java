package dev.voxgrad.engine.cuda.cudnn;

import dev.voxgrad.engine.cuda.CudaException;

/** Reports that cuDNN has no algorithm for a pass of a convolution in this type, order and shape. */
public final class UnsupportedConvolutionException extends CudaException {
    private static final long serialVersionUID = 1;

    UnsupportedConvolutionException(String message) {
        super(message);
    }
}
