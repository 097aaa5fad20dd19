package dev.voxgrad.nativecheck.library;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Lists the libraries that the trainer loads, in the order of their dependencies. */
public enum NativeLibrary {
    /** NVIDIA's driver. */
    DRIVER("CUDA driver", "libcuda.so.", "JCuda", "1"),
    /** Matrix products. */
    CUBLAS("cuBLAS", "libcublas.so.", "Voxgrad", "13", "12"),
    /** The part of cuBLAS that does the work. */
    CUBLAS_LT("cuBLASLt", "libcublasLt.so.", "cuBLAS", "13", "12"),
    /** The compiler for CUDA C. */
    NVRTC("NVRTC", "libnvrtc.so.", "Voxgrad", "13", "12"),
    /** Definitions that NVRTC includes in every program. */
    NVRTC_BUILTINS("NVRTC builtins", "libnvrtc-builtins.so.", "NVRTC", "13", "12"),
    /** Convolutions: a thin library that loads the parts below by name. */
    CUDNN("cuDNN", "libcudnn.so.", "JCudnn 12.6", "9"),
    /** cuDNN's graphs. */
    CUDNN_GRAPH("graph"),
    /** cuDNN's simple operations. */
    CUDNN_OPS("ops"),
    /** cuDNN's convolutions. */
    CUDNN_CNN("cnn"),
    /** cuDNN's recurrent nets and attention; convolutions do not need it. */
    CUDNN_ADV("adv"),
    /** cuDNN's precompiled kernels. */
    CUDNN_PRECOMPILED("engines_precompiled"),
    /** cuDNN's kernels that are compiled at run time. */
    CUDNN_RUNTIME_COMPILED("engines_runtime_compiled"),
    /** cuDNN's heuristics for choosing among them. */
    CUDNN_HEURISTIC("heuristic");

    private static final int NEWEST_CUDA = 13;

    private final String title;
    private final String stem;
    private final String requiredBy;
    private final List<String> files;

    NativeLibrary(String title, String stem, String requiredBy, String... majors) {
        this.title = title;
        this.stem = stem;
        this.requiredBy = requiredBy;
        this.files = Stream.of(majors).map(stem::concat).toList();
    }

    NativeLibrary(String part) {
        this("cuDNN " + part.replace("engines_", ""), "libcudnn_" + part + ".so.", "cuDNN 9", "9");
    }

    /** Returns cuDNN's sub-libraries. */
    public static List<NativeLibrary> cudnnParts() {
        return Stream.of(values())
                .filter(library -> library.compareTo(CUDNN) > 0)
                .toList();
    }

    /** Returns its name in the report. */
    public String title() {
        return title;
    }

    /** Returns the possible file names, one for each major version, newest first. */
    public List<String> files() {
        return files;
    }

    /**
     * Returns the file names that the trainer tries, of which it uses the first that loads: those of CUDA 13 only with
     * a driver that can run it.
     *
     * @param driver the newest CUDA that the driver can run; empty if there is no driver
     */
    public List<String> files(Optional<CudaVersion> driver) {
        return driver.isPresent() && driver.get().major() < NEWEST_CUDA ? List.of(cuda12File()) : files;
    }

    /** Returns the file name in CUDA 12. */
    public String cuda12File() {
        return files.getLast();
    }

    /** Returns the file name up to the major version. */
    public String stem() {
        return stem;
    }

    /** Returns the name of the program or library that loads it. */
    public String requiredBy() {
        return requiredBy;
    }
}
