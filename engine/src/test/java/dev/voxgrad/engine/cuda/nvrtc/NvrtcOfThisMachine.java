package dev.voxgrad.engine.cuda.nvrtc;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Compiles like {@code src/dist/build-ptx.sh}, with NVRTC instead of nvcc, and also to machine code. In a process of its
 * own: in that of the other tests NVRTC may be the emulator's, and whether there is one is asked only once.
 */
final class NvrtcOfThisMachine {
    /** Exit code where there is no NVRTC. */
    static final int MISSING = 3;
    /** A card of today, for which there is machine code, and one that nobody has built: PTX is the best it can get. */
    private static final int KNOWN = 90;

    private static final int UNKNOWN = 9_990;

    private NvrtcOfThisMachine() {}

    /** Compiles the {@code .cu} files under one folder to {@code .cubin} and {@code .ptx} files under another. */
    public static void main(String[] args) throws IOException {
        Optional<Nvrtc> nvrtc = Nvrtc.find(Integer.MAX_VALUE); // no driver will load it
        if (nvrtc.isEmpty()) {
            System.exit(MISSING);
        }
        Path sources = Path.of(args[0]);
        for (Path source : files(sources)) {
            String path = sources.relativize(source).toString();
            Path target = Path.of(args[1]).resolve(path);
            Files.createDirectories(target.getParent());
            String text = Files.readString(source);
            String name = target.getFileName().toString();
            Files.write(
                    target.resolveSibling(name.replace(".cu", ".cubin")),
                    nvrtc.get().compile(path, text, KNOWN));
            Files.write(
                    target.resolveSibling(name.replace(".cu", ".ptx")),
                    nvrtc.get().compile(path, text, UNKNOWN));
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(file -> file.toString().endsWith(".cu")).toList();
        }
    }
}
