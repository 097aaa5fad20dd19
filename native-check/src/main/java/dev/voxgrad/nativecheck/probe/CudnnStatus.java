package dev.voxgrad.nativecheck.probe;

import java.util.Map;

/**
 * Names cuDNN 9's status codes (NVIDIA cuDNN backend API, {@code cudnnStatus_t}); the Java side of JCudnn only knows
 * those of cuDNN 8. The thousands give the kind, the remainder gives the reason.
 */
public final class CudnnStatus {
    private static final Map<Integer, String> NAMES = Map.ofEntries(
            Map.entry(0, "SUCCESS"),
            Map.entry(1001, "NOT_INITIALIZED"),
            Map.entry(1002, "SUBLIBRARY_VERSION_MISMATCH"),
            Map.entry(1003, "SERIALIZATION_VERSION_MISMATCH"),
            Map.entry(1004, "DEPRECATED"),
            Map.entry(1005, "LICENSE_ERROR"),
            Map.entry(1006, "RUNTIME_IN_PROGRESS"),
            Map.entry(1007, "RUNTIME_FP_OVERFLOW"),
            Map.entry(1008, "SUBLIBRARY_LOADING_FAILED"),
            Map.entry(2000, "BAD_PARAM"),
            Map.entry(2002, "BAD_PARAM_NULL_POINTER"),
            Map.entry(2003, "BAD_PARAM_MISALIGNED_POINTER"),
            Map.entry(2004, "BAD_PARAM_NOT_FINALIZED"),
            Map.entry(2005, "BAD_PARAM_OUT_OF_BOUND"),
            Map.entry(2006, "BAD_PARAM_SIZE_INSUFFICIENT"),
            Map.entry(2007, "BAD_PARAM_STREAM_MISMATCH"),
            Map.entry(2008, "BAD_PARAM_SHAPE_MISMATCH"),
            Map.entry(3000, "NOT_SUPPORTED"),
            Map.entry(3001, "NOT_SUPPORTED_GRAPH_PATTERN"),
            Map.entry(3002, "NOT_SUPPORTED_SHAPE"),
            Map.entry(3003, "NOT_SUPPORTED_DATA_TYPE"),
            Map.entry(3004, "NOT_SUPPORTED_LAYOUT"),
            Map.entry(3005, "NOT_SUPPORTED_INCOMPATIBLE_CUDA_DRIVER"),
            Map.entry(3006, "NOT_SUPPORTED_INCOMPATIBLE_CUDART"),
            Map.entry(3007, "NOT_SUPPORTED_ARCH_MISMATCH"),
            Map.entry(3008, "NOT_SUPPORTED_RUNTIME_PREREQUISITE_MISSING"),
            Map.entry(3009, "NOT_SUPPORTED_SUBLIBRARY_UNAVAILABLE"),
            Map.entry(3010, "NOT_SUPPORTED_SHARED_MEMORY_INSUFFICIENT"),
            Map.entry(4000, "INTERNAL_ERROR"),
            Map.entry(4001, "INTERNAL_ERROR_COMPILATION_FAILED"),
            Map.entry(4002, "INTERNAL_ERROR_UNEXPECTED_VALUE"),
            Map.entry(4003, "INTERNAL_ERROR_HOST_ALLOCATION_FAILED"),
            Map.entry(4004, "INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED"),
            Map.entry(5000, "EXECUTION_FAILED"),
            Map.entry(5001, "EXECUTION_FAILED_CUDA_DRIVER"),
            Map.entry(5002, "EXECUTION_FAILED_CUBLAS"),
            Map.entry(5003, "EXECUTION_FAILED_CUDART"));

    private CudnnStatus() {}

    /** Returns a code's name followed by the code; for a code that is not listed, the name of its kind. */
    public static String name(int status) {
        String kind = status < 2000 ? "unknown" : NAMES.getOrDefault(status / 1000 * 1000, "unknown");
        return "CUDNN_STATUS_" + NAMES.getOrDefault(status, kind) + " (" + status + ")";
    }
}
