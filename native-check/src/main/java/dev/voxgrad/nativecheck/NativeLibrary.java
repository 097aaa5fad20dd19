package dev.voxgrad.nativecheck;

import java.util.List;
import java.util.stream.Stream;

/** The libraries that JCuda's natives load, in the order in which one needs the other. */
public enum NativeLibrary {
    /** NVIDIA's driver. */
    DRIVER("CUDA driver", "libcuda.so.", "1", "JCuda"),
    /** Matrix products. */
    CUBLAS("cuBLAS", "libcublas.so.", "12", "JCublas 12.6"),
    /** The part of cuBLAS that does the work. */
    CUBLAS_LT("cuBLASLt", "libcublasLt.so.", "12", "cuBLAS 12"),
    /** The compiler for CUDA C. */
    NVRTC("NVRTC", "libnvrtc.so.", "12", "JNvrtc 12.6"),
    /** What NVRTC includes in every program. */
    NVRTC_BUILTINS("NVRTC builtins", "libnvrtc-builtins.so.", "12", "NVRTC 12"),
    /** Convolutions: a thin library that loads the parts below by name. */
    CUDNN("cuDNN", "libcudnn.so.", "9", "JCudnn 12.6"),
    /** cuDNN's graphs. */
    CUDNN_GRAPH("graph"),
    /** cuDNN's simple operations. */
    CUDNN_OPS("ops"),
    /** cuDNN's convolutions. */
    CUDNN_CNN("cnn"),
    /** cuDNN's recurrent nets and attention. */
    CUDNN_ADV("adv"),
    /** cuDNN's kernels that come compiled. */
    CUDNN_PRECOMPILED("engines_precompiled"),
    /** cuDNN's kernels that are compiled on the spot. */
    CUDNN_RUNTIME_COMPILED("engines_runtime_compiled"),
    /** cuDNN's choice among them. */
    CUDNN_HEURISTIC("heuristic");

    private final String title;
    private final String stem;
    private final String major;
    private final String asker;

    NativeLibrary(String title, String stem, String major, String asker) {
        this.title = title;
        this.stem = stem;
        this.major = major;
        this.asker = asker;
    }

    NativeLibrary(String part) {
        this("cuDNN " + part.replace("engines_", ""), "libcudnn_" + part + ".so.", "9", "cuDNN 9");
    }

    /** cuDNN's sub-libraries. */
    public static List<NativeLibrary> cudnnParts() {
        return Stream.of(values()).filter(library -> library.compareTo(CUDNN) > 0).toList();
    }

    /** Its name in the report. */
    public String title() {
        return title;
    }

    /** The file name that is asked for. */
    public String file() {
        return stem + major;
    }

    /** The file name up to the major version. */
    public String stem() {
        return stem;
    }

    /** The major version that is asked for. */
    public String major() {
        return major;
    }

    /** Who asks for it. */
    public String asker() {
        return asker;
    }
}
