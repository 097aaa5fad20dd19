package dev.voxgrad.nativecheck.probe;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

import jcuda.jcudnn.JCudnn;
import jcuda.runtime.JCuda;

import dev.voxgrad.nativecheck.probe.Probe.CallFailed;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

/**
 * Queries, in a child process, the versions of the libraries named in a property. JCuda's own constants describe its
 * headers, not what is loaded. cuDNN comes last because it can abort the process.
 */
public final class VersionProbe {
    /** The property with the names of the libraries to query, separated by commas. */
    public static final String PROPERTY = "voxgrad.libraries";
    /** The CUDA runtime, as 1000 · major + 10 · minor. */
    public static final String RUNTIME = "runtime";
    /** cuBLAS, as major.minor.patch. */
    public static final String CUBLAS = "cublas";
    /** NVRTC, as 1000 · major + 10 · minor. */
    public static final String NVRTC = "nvrtc";
    /** cuDNN 9, as 10000 · major + 100 · minor + patch. */
    public static final String CUDNN = "cudnn";
    /** The CUDA version that cuDNN was built for, as 1000 · major + 10 · minor. */
    public static final String CUDNN_CUDA = "cudnnCuda";

    private VersionProbe() {}

    /** Runs the probe and prints its answers. */
    public static void main(String[] args) {
        List<String> libraries = Arrays.asList(System.getProperty(PROPERTY, "").split(","));
        Probe.run(VersionProbe::runtime);
        if (libraries.contains(CUBLAS)) {
            Probe.run(VersionProbe::cublas);
        }
        if (libraries.contains(NVRTC)) {
            Probe.run(VersionProbe::nvrtc);
        }
        if (libraries.contains(CUDNN)) {
            Probe.run(VersionProbe::cudnn);
        }
    }

    private static void runtime() throws CallFailed {
        int[] version = new int[1];
        DeviceArray.check("cudaRuntimeGetVersion", JCuda.cudaRuntimeGetVersion(version));
        Probe.answer(RUNTIME, version[0]);
    }

    /** Queries cuBLAS with a function that needs no handle and therefore no GPU. */
    private static void cublas() throws CallFailed {
        CublasCalls cublas = CublasCalls.open();
        Probe.answer(CUBLAS, cublas.version(0) + "." + cublas.version(1) + "." + cublas.version(2));
    }

    private static void nvrtc() throws CallFailed {
        ForeignLibrary nvrtc = NvrtcProbe.library();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment major = arena.allocate(JAVA_INT);
            MemorySegment minor = arena.allocate(JAVA_INT);
            nvrtc.check(
                    "nvrtcVersion",
                    nvrtc.function("nvrtcVersion", ADDRESS, ADDRESS).call(major, minor));
            Probe.answer(NVRTC, major.get(JAVA_INT, 0) * 1000 + minor.get(JAVA_INT, 0) * 10);
        }
    }

    private static void cudnn() {
        Probe.answer(CUDNN, JCudnn.cudnnGetVersion());
        Probe.answer(CUDNN_CUDA, JCudnn.cudnnGetCudartVersion());
    }
}
