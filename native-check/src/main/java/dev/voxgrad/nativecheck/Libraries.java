package dev.voxgrad.nativecheck;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Looks for the libraries as the loader would, without loading any: a broken one could take this process along. */
public final class Libraries {
    /** JCuda's own natives name this folder, whatever the version. */
    private static final List<Path> JCUDA_RUN_PATH = List.of(Path.of("/usr/local/cuda-12.0/lib64"));

    /** A library whose needs are still to be looked for. */
    private record Visit(String name, Elf elf) {
    }

    private final LibraryPath path;
    private final boolean gpu;
    private final Map<NativeLibrary, List<Path>> runPaths = new EnumMap<>(NativeLibrary.class);
    private final Map<NativeLibrary, LibraryCheck> checks = new EnumMap<>(NativeLibrary.class);

    /**
     * Looks.
     *
     * @param path where
     * @param gpu whether a driver works here, so that the libraries are needed
     */
    public Libraries(LibraryPath path, boolean gpu) {
        this.path = path;
        this.gpu = gpu;
        for (NativeLibrary library : NativeLibrary.values()) {
            checks.put(library, look(library));
        }
    }

    /** In half a sentence, the first of those that would not load. */
    public Optional<String> firstMissing(List<NativeLibrary> libraries) {
        return libraries.stream().filter(library -> !checks.get(library).loads()).findFirst()
                .map(library -> checks.get(library).judge().found());
    }

    /** The checks in the order of the libraries; cuDNN's parts are summed up where there is little to say. */
    public List<Check> checks() {
        List<Check> all = new ArrayList<>();
        for (NativeLibrary library : NativeLibrary.values()) {
            if (library == NativeLibrary.CUBLAS) {
                all.add(() -> Finding.pass("CUDA runtime", "inside JCuda's own natives"));
            }
            // What comes with a library that is missing is missing too, and mended with it.
            if (library.compareTo(NativeLibrary.CUDNN) <= 0
                    && comesWith(library).map(main -> !checks.get(main).found().isEmpty()).orElse(true)) {
                all.add(checks.get(library));
            }
        }
        if (checks.get(NativeLibrary.CUDNN).loads()) {
            List<LibraryCheck> parts = NativeLibrary.cudnnParts().stream().map(checks::get).toList();
            parts.stream().filter(part -> !part.loads()).forEach(all::add);
            all.add(new CudnnPartsCheck(checks.get(NativeLibrary.CUDNN).found().getFirst(),
                    parts.stream().filter(LibraryCheck::loads).map(part -> part.found().getFirst()).toList()));
        }
        return all;
    }

    private static Optional<NativeLibrary> comesWith(NativeLibrary library) {
        return switch (library) {
            case CUBLAS_LT -> Optional.of(NativeLibrary.CUBLAS);
            case NVRTC_BUILTINS -> Optional.of(NativeLibrary.NVRTC);
            default -> Optional.empty();
        };
    }

    private LibraryCheck look(NativeLibrary library) {
        List<Path> found = find(library);
        if (found.isEmpty()) {
            return new LibraryCheck(library, found, Optional.empty(), path.findElsewhere(library.file()),
                    otherMajors(library), gpu);
        }
        return new LibraryCheck(library, found, problem(library, found.getFirst()), List.of(), List.of(), gpu);
    }

    /** The driver's file carries the driver's release in place of a major version. */
    private List<Path> otherMajors(NativeLibrary library) {
        return library == NativeLibrary.DRIVER ? List.of() : path.findBeginning(library.stem()).stream()
                .filter(file -> !major(library, file).equals(library.major())).toList();
    }

    private static String major(NativeLibrary library, Path file) {
        return file.getFileName().toString().substring(library.stem().length()).split("\\.")[0];
    }

    private List<Path> find(NativeLibrary library) {
        return switch (library) {
            case NVRTC_BUILTINS -> builtins();
            case CUBLAS, NVRTC -> path.find(library.file(), JCUDA_RUN_PATH);
            case CUBLAS_LT -> path.find(library.file(), runPath(NativeLibrary.CUBLAS));
            case DRIVER, CUDNN -> path.find(library.file(), List.of());
            default -> path.find(library.file(), runPath(NativeLibrary.CUDNN));
        };
    }

    /** NVRTC loads its builtins by a name with the minor version, {@code libnvrtc-builtins.so.12.6}. */
    private List<Path> builtins() {
        Stream<Path> own = runPath(NativeLibrary.NVRTC).stream()
                .flatMap(folder -> LibraryPath.list(folder, NativeLibrary.NVRTC_BUILTINS.file()).stream());
        Stream<Path> searched = Stream.concat(path.first().stream(), path.last().stream())
                .flatMap(folder -> LibraryPath.list(folder, NativeLibrary.NVRTC_BUILTINS.file()).stream());
        Stream<Path> cached = path.cache().entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(NativeLibrary.NVRTC_BUILTINS.file()))
                .flatMap(entry -> entry.getValue().stream());
        return LibraryPath.distinct(Stream.of(own, searched, cached).flatMap(files -> files));
    }

    /** The folders that an earlier library names for what it asks for. */
    private List<Path> runPath(NativeLibrary asker) {
        return runPaths.getOrDefault(asker, List.of());
    }

    private Optional<String> problem(NativeLibrary library, Path file) {
        try {
            Elf elf = Elf.read(file);
            runPaths.put(library, elf.runPath());
            return missing(new Visit(library.file(), elf));
        } catch (IOException e) {
            return Optional.of(e.getMessage());
        }
    }

    /** The first library that is missing, breadth first, among those needed and those that they need in turn. */
    private Optional<String> missing(Visit library) throws IOException {
        Set<String> seen = new HashSet<>();
        Deque<Visit> open = new ArrayDeque<>(List.of(library));
        while (!open.isEmpty()) {
            Visit visit = open.remove();
            for (String needed : visit.elf().needed()) {
                List<Path> files = path.find(needed, visit.elf().runPath());
                if (files.isEmpty()) {
                    String asker = visit == library ? "" : "needs " + visit.name() + ", which ";
                    return Optional.of(asker + "needs " + needed + ", which was not found");
                }
                if (seen.add(needed)) {
                    open.add(new Visit(needed, read(needed, files.getFirst())));
                }
            }
        }
        return Optional.empty();
    }

    private static Elf read(String needed, Path file) throws IOException {
        try {
            return Elf.read(file);
        } catch (IOException e) {
            throw new IOException("needs " + needed + ", but " + file + " " + e.getMessage(), e);
        }
    }
}
