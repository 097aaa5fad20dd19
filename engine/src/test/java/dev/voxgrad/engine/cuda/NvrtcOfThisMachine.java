package dev.voxgrad.engine.cuda;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Compiles like {@code .mvn/build-ptx.sh}, with NVRTC in place of nvcc. In a process of its own: in that of the other
 * tests NVRTC may be the emulator's, and whether there is one is asked only once.
 */
final class NvrtcOfThisMachine {
    /** Exit code where there is no NVRTC. */
    static final int MISSING = 3;
    private static final int OLDEST_COMMON = 75;

    private NvrtcOfThisMachine() {
    }

    /** Compiles the {@code .cu} files under one folder to {@code .ptx} files under another. */
    public static void main(String[] args) throws IOException {
        Optional<Nvrtc> nvrtc = Nvrtc.find(Integer.MAX_VALUE); // no driver will load it
        if (nvrtc.isEmpty()) {
            System.exit(MISSING);
        }
        Path sources = Path.of(args[0]);
        for (Path source : files(sources)) {
            String path = sources.relativize(source).toString();
            Path ptx = Path.of(args[1]).resolve(path.replace(".cu", ".ptx"));
            Files.createDirectories(ptx.getParent());
            Files.writeString(ptx, nvrtc.get().compile(path, Files.readString(source), OLDEST_COMMON));
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(file -> file.toString().endsWith(".cu")).toList();
        }
    }
}
