package dev.voxgrad.engine.cuda.nvrtc;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Compiles like {@code src/dist/build-ptx.sh}, with NVRTC instead of nvcc, and also to machine code. It runs in its own
 * process: in that of the other tests, NVRTC may be the emulator's, and is looked up only once.
 */
final class NvrtcOfThisMachine {
    /** The exit code if NVRTC is missing. */
    static final int MISSING = 3;
    /** The compute capability of a current GPU, for which there is machine code. */
    private static final int KNOWN = 90;
    /** That of a GPU that does not exist, for which only PTX can be made. */
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
