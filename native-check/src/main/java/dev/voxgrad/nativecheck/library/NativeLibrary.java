package dev.voxgrad.nativecheck.library;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The libraries that the trainer loads, in the order in which one needs the other. */
public enum NativeLibrary {
    /** NVIDIA's driver. */
    DRIVER("CUDA driver", "libcuda.so.", "JCuda", "1"),
    /** Matrix products. */
    CUBLAS("cuBLAS", "libcublas.so.", "Voxgrad", "13", "12"),
    /** The part of cuBLAS that does the work. */
    CUBLAS_LT("cuBLASLt", "libcublasLt.so.", "cuBLAS", "13", "12"),
    /** The compiler for CUDA C. */
    NVRTC("NVRTC", "libnvrtc.so.", "Voxgrad", "13", "12"),
    /** What NVRTC includes in every program. */
    NVRTC_BUILTINS("NVRTC builtins", "libnvrtc-builtins.so.", "NVRTC", "13", "12"),
    /** Convolutions: a thin library that loads the parts below by name. */
    CUDNN("cuDNN", "libcudnn.so.", "JCudnn 12.6", "9"),
    /** cuDNN's graphs. */
    CUDNN_GRAPH("graph"),
    /** cuDNN's simple operations. */
    CUDNN_OPS("ops"),
    /** cuDNN's convolutions. */
    CUDNN_CNN("cnn"),
    /** cuDNN's recurrent nets and attention; convolutions do without. */
    CUDNN_ADV("adv"),
    /** cuDNN's kernels that come compiled. */
    CUDNN_PRECOMPILED("engines_precompiled"),
    /** cuDNN's kernels that are compiled on the spot. */
    CUDNN_RUNTIME_COMPILED("engines_runtime_compiled"),
    /** cuDNN's choice among them. */
    CUDNN_HEURISTIC("heuristic");

    private static final int NEWEST_CUDA = 13;

    private final String title;
    private final String stem;
    private final String asker;
    private final List<String> files;

    NativeLibrary(String title, String stem, String asker, String... majors) {
        this.title = title;
        this.stem = stem;
        this.asker = asker;
        this.files = Stream.of(majors).map(stem::concat).toList();
    }

    NativeLibrary(String part) {
        this("cuDNN " + part.replace("engines_", ""), "libcudnn_" + part + ".so.", "cuDNN 9", "9");
    }

    /** cuDNN's sub-libraries. */
    public static List<NativeLibrary> cudnnParts() {
        return Stream.of(values())
                .filter(library -> library.compareTo(CUDNN) > 0)
                .toList();
    }

    /** Its name in the report. */
    public String title() {
        return title;
    }

    /** The file names that may be asked for, one for each major version, newest first. */
    public List<String> files() {
        return files;
    }

    /**
     * The file names that the trainer asks for, of which it takes the first that loads: those of CUDA 13 only with a
     * driver that runs it.
     *
     * @param driver the newest CUDA that the driver runs; empty where there is no driver
     */
    public List<String> files(Optional<CudaVersion> driver) {
        return driver.isPresent() && driver.get().major() < NEWEST_CUDA ? List.of(fileOfCuda12()) : files;
    }

    /** The file name in CUDA 12. */
    public String fileOfCuda12() {
        return files.getLast();
    }

    /** The file name up to the major version. */
    public String stem() {
        return stem;
    }

    /** Who asks for it. */
    public String asker() {
        return asker;
    }
}
