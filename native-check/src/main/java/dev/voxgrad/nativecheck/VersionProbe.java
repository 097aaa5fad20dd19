package dev.voxgrad.nativecheck;

import java.util.Arrays;
import java.util.List;

import jcuda.jcublas.JCublas2;
import jcuda.jcudnn.JCudnn;
import jcuda.nvrtc.JNvrtc;
import jcuda.runtime.JCuda;

import dev.voxgrad.nativecheck.Probe.CallFailed;

/**
 * Runs in a child process: asks the libraries named in a property for their versions. JCuda's own constants tell
 * what its headers were, not what is loaded. cuDNN comes last, since it can abort the process.
 */
public final class VersionProbe {
    /** The property with the names of the libraries to ask, separated by commas. */
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

    private VersionProbe() {
    }

    /** Prints the answers. */
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

    private static void cublas() throws CallFailed {
        StringBuilder version = new StringBuilder();
        for (int property = 0; property < 3; property++) {
            int[] value = new int[1];
            Probe.check("cublasGetProperty", JCublas2.cublasGetProperty(property, value), String::valueOf);
            version.append(property == 0 ? "" : ".").append(value[0]);
        }
        Probe.answer(CUBLAS, version);
    }

    private static void nvrtc() throws CallFailed {
        int[] major = new int[1];
        int[] minor = new int[1];
        Probe.check("nvrtcVersion", JNvrtc.nvrtcVersion(major, minor), JNvrtc::nvrtcGetErrorString);
        Probe.answer(NVRTC, major[0] * 1000 + minor[0] * 10);
    }

    private static void cudnn() {
        Probe.answer(CUDNN, JCudnn.cudnnGetVersion());
        Probe.answer(CUDNN_CUDA, JCudnn.cudnnGetCudartVersion());
    }
}
