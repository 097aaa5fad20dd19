package dev.voxgrad.engine.cuda.cudnn;

import dev.voxgrad.engine.cuda.CudaException;

/** Names the kinds of cuDNN 9's status codes; the Java part of JCudnn knows only those of cuDNN 8. */
final class CudnnStatus {
    static final int SUCCESS = 0;
    static final int NOT_SUPPORTED = 3000;
    private static final int KIND = 1000;

    private CudnnStatus() {}

    /** Returns the kind and the number: {@code not supported (3000)}. */
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

    /** Returns whether the library supports this for other types, orders or shapes, but not for these. */
    static boolean isUnsupported(int status) {
        return status / KIND == 3;
    }

    static void check(String call, int status) {
        if (status != SUCCESS) {
            throw new CudaException(call + ": " + inWords(status));
        }
    }

    /** Does the same as {@link #check}, for an operation on that shape that also has kernels of our own. */
    static void checkOptional(String call, Object shape, int status) {
        if (status != SUCCESS) {
            throw new CudaException(
                    call + ": " + inWords(status) + ", of " + shape + "; use --gpu-kernels own to avoid it");
        }
    }
}
