package dev.voxgrad.nativecheck;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import dev.voxgrad.nativecheck.library.NativeLibrary;
import dev.voxgrad.nativecheck.probe.SmokeTest;
import dev.voxgrad.nativecheck.probe.VersionProbe;

/**
 * What of CUDA can be tried out.
 *
 * @param gpu whether a driver works here and has a GPU
 * @param libraries what the loader finds
 */
record Usable(boolean gpu, Libraries libraries) {
    private static final List<NativeLibrary> CUBLAS = List.of(NativeLibrary.CUBLAS, NativeLibrary.CUBLAS_LT);
    private static final List<NativeLibrary> NVRTC = List.of(NativeLibrary.NVRTC, NativeLibrary.NVRTC_BUILTINS);

    /** Why a test cannot be tried; empty where it can. */
    Optional<String> obstacle(SmokeTest test) {
        return switch (test) {
            case COPY -> gpuMissing();
            case SGEMM -> gpuMissing().or(() -> libraries.firstMissing(CUBLAS));
            case CONV3D_FORWARD, CONV3D_DATA, CONV3D_FILTER -> gpuMissing().or(() -> libraries.firstMissing(cudnn()));
            case NVRTC -> libraries.firstMissing(NVRTC);
        };
    }

    /** The libraries that can be asked for their versions, in the words of {@link VersionProbe}. */
    List<String> versionsToAsk() {
        List<String> asked = new ArrayList<>();
        if (gpu) {
            asked.add(VersionProbe.RUNTIME);
        }
        add(asked, VersionProbe.CUBLAS, CUBLAS);
        add(asked, VersionProbe.NVRTC, List.of(NativeLibrary.NVRTC));
        add(asked, VersionProbe.CUDNN, cudnn());
        return asked;
    }

    private void add(List<String> asked, String name, List<NativeLibrary> needed) {
        if (libraries.firstMissing(needed).isEmpty()) {
            asked.add(name);
        }
    }

    /** cuDNN and those of its parts that convolutions need. */
    private static List<NativeLibrary> cudnn() {
        List<NativeLibrary> all = new ArrayList<>(List.of(NativeLibrary.CUDNN));
        all.addAll(NativeLibrary.cudnnParts());
        all.remove(NativeLibrary.CUDNN_ADV);
        return all;
    }

    private Optional<String> gpuMissing() {
        return gpu ? Optional.empty() : Optional.of("there is no GPU that works");
    }
}
