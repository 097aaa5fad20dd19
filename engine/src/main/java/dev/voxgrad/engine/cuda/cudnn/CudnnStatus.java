package dev.voxgrad.engine.cuda.cudnn;

import dev.voxgrad.engine.cuda.driver.CudaException;

/** Names for the kinds of cuDNN 9's status codes; JCudnn's Java side knows those of cuDNN 8 only. */
final class CudnnStatus {
    static final int SUCCESS = 0;
    static final int NOT_SUPPORTED = 3000;
    private static final int KIND = 1000;

    private CudnnStatus() {}

    /** The kind and the number, as {@code not supported (3000)}. */
    static String inWords(int status) {
        String kind = switch (status / KIND) {
            case 1 -> "not initialised";
            case 2 -> "bad parameter";
            case 3 -> "not supported";
            case 4 -> "internal error";
            case 5 -> "execution failed";
            default -> "status";
        };
        return kind + " (" + status + ")";
    }

    /** Whether the library can do this for other types, orders or shapes, but not for these. */
    static boolean isUnsupported(int status) {
        return status / KIND == 3;
    }

    static void check(String call, int status) {
        if (status != SUCCESS) {
            throw new CudaException(call + ": " + inWords(status));
        }
    }

    /** As {@link #check}, of an operation on that shape for which there are kernels of our own, too. */
    static void checkOptional(String call, Object shape, int status) {
        if (status != SUCCESS) {
            throw new CudaException(
                    call + ": " + inWords(status) + ", of " + shape + "; --gpu-kernels own does without it");
        }
    }
}
