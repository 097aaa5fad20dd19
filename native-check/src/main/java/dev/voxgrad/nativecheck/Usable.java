package dev.voxgrad.nativecheck;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What of CUDA can be tried out.
 *
 * @param gpu whether a driver works here and has a GPU
 * @param libraries what the loader finds; empty where the platform does not let us look
 */
record Usable(boolean gpu, Optional<Libraries> libraries) {
    private static final List<NativeLibrary> CUBLAS = List.of(NativeLibrary.CUBLAS, NativeLibrary.CUBLAS_LT);
    private static final List<NativeLibrary> NVRTC = List.of(NativeLibrary.NVRTC, NativeLibrary.NVRTC_BUILTINS);

    /** Why a test cannot be tried; empty where it can. */
    Optional<String> obstacle(SmokeTest test) {
        return switch (test) {
            case COPY -> gpuMissing();
            case SGEMM -> gpuMissing().or(() -> missing(CUBLAS));
            case CONV3D_FORWARD, CONV3D_DATA, CONV3D_FILTER -> gpuMissing().or(() -> missing(cudnn()));
            // Without a GPU there is no use in trying on a platform where we do not know what is there.
            case NVRTC -> libraries.isEmpty() ? gpuMissing() : missing(NVRTC);
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
        if (libraries.isEmpty() ? gpu : missing(needed).isEmpty()) {
            asked.add(name);
        }
    }

    private static List<NativeLibrary> cudnn() {
        List<NativeLibrary> all = new ArrayList<>(List.of(NativeLibrary.CUDNN));
        all.addAll(NativeLibrary.cudnnParts());
        return all;
    }

    private Optional<String> gpuMissing() {
        return gpu ? Optional.empty() : Optional.of("there is no GPU that works");
    }

    private Optional<String> missing(List<NativeLibrary> needed) {
        return libraries.flatMap(found -> found.firstMissing(needed));
    }
}
