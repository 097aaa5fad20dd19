package dev.voxgrad.nativecheck;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import dev.voxgrad.nativecheck.library.CublasBinding;
import dev.voxgrad.nativecheck.library.NativeLibrary;
import dev.voxgrad.nativecheck.probe.SmokeTest;
import dev.voxgrad.nativecheck.probe.VersionProbe;

/**
 * Decides which parts of CUDA can be tested.
 *
 * @param gpu whether there is a working driver with a GPU
 * @param libraries what the loader finds
 */
record Usable(boolean gpu, Libraries libraries) {
    private static final List<NativeLibrary> CUBLAS = List.of(NativeLibrary.CUBLAS, NativeLibrary.CUBLAS_LT);
    private static final List<NativeLibrary> NVRTC = List.of(NativeLibrary.NVRTC, NativeLibrary.NVRTC_BUILTINS);

    /** Returns why a test cannot be run; empty if it can. */
    Optional<String> obstacle(SmokeTest test) {
        return switch (test) {
            case COPY -> gpuMissing();
            case SGEMM -> gpuMissing().or(this::cublasMissing);
            case CONV3D_FORWARD, CONV3D_DATA, CONV3D_FILTER -> gpuMissing().or(() -> libraries.firstMissing(cudnn()));
            case NVRTC -> libraries.firstMissing(NVRTC);
        };
    }

    /** Returns the libraries whose versions can be queried, as {@link VersionProbe} names them. */
    List<String> versionsToQuery() {
        List<String> queried = new ArrayList<>();
        if (gpu) {
            queried.add(VersionProbe.RUNTIME);
        }
        if (cublasMissing().isEmpty()) {
            queried.add(VersionProbe.CUBLAS);
        }
        add(queried, VersionProbe.NVRTC, List.of(NativeLibrary.NVRTC));
        add(queried, VersionProbe.CUDNN, cudnn());
        return queried;
    }

    /** Returns the option that makes a probe call cuBLAS as the trainer does. */
    String cublasOption() {
        return libraries.cublasBinding().binding().orElse(CublasBinding.FOREIGN).option();
    }

    private void add(List<String> queried, String name, List<NativeLibrary> needed) {
        if (libraries.firstMissing(needed).isEmpty()) {
            queried.add(name);
        }
    }

    /** Returns cuDNN and the parts of it that convolutions need. */
    private static List<NativeLibrary> cudnn() {
        List<NativeLibrary> all = new ArrayList<>(List.of(NativeLibrary.CUDNN));
        all.addAll(NativeLibrary.cudnnParts());
        all.remove(NativeLibrary.CUDNN_ADV);
        return all;
    }

    private Optional<String> cublasMissing() {
        return libraries.firstMissing(CUBLAS).or(() -> libraries.cublasBinding().problem());
    }

    private Optional<String> gpuMissing() {
        return gpu ? Optional.empty() : Optional.of("there is no working GPU");
    }
}
