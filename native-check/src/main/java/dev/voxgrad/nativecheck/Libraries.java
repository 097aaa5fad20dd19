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

import dev.voxgrad.nativecheck.check.Check;
import dev.voxgrad.nativecheck.check.Fact;
import dev.voxgrad.nativecheck.check.cuda.CompilerCheck;
import dev.voxgrad.nativecheck.check.cuda.CudnnPartsCheck;
import dev.voxgrad.nativecheck.check.cuda.LibraryCheck;
import dev.voxgrad.nativecheck.library.CudaVersion;
import dev.voxgrad.nativecheck.library.Elf;
import dev.voxgrad.nativecheck.library.KernelPtx;
import dev.voxgrad.nativecheck.library.LibraryPath;
import dev.voxgrad.nativecheck.library.NativeLibrary;

/** Looks for the libraries as the loader would, without loading any: a broken one could take this process along. */
public final class Libraries {
    /** A library whose needs are still to be looked for. */
    private record Visit(String name, Elf elf) {}

    /**
     * What loading a file would come to.
     *
     * @param file the file
     * @param runPath the folders that it names for what it asks for
     * @param problem in half a sentence, why it would not load
     */
    private record Attempt(Path file, List<Path> runPath, Optional<String> problem) {}

    /** CUDA's libraries need a dozen others. */
    private static final int MOST_LIBRARIES = 1000;

    private final LibraryPath path;
    private final boolean gpu;
    private final Optional<CudaVersion> driver;
    private final Optional<KernelPtx> ptx;
    private final Map<NativeLibrary, List<Path>> runPaths = new EnumMap<>(NativeLibrary.class);
    private final Map<NativeLibrary, LibraryCheck> checks = new EnumMap<>(NativeLibrary.class);

    /**
     * Looks.
     *
     * @param path where
     * @param gpu whether a driver works here, so that the libraries are needed
     * @param driver the newest CUDA that the driver runs; empty where there is no driver
     * @param ptx what is used where there is no NVRTC
     */
    public Libraries(LibraryPath path, boolean gpu, Optional<CudaVersion> driver, Optional<KernelPtx> ptx) {
        this.path = path;
        this.gpu = gpu;
        this.driver = driver;
        this.ptx = ptx;
        for (NativeLibrary library : NativeLibrary.values()) {
            checks.put(library, look(library));
        }
    }

    /** In half a sentence, the first of those that would not load. */
    public Optional<String> firstMissing(List<NativeLibrary> libraries) {
        return libraries.stream()
                .filter(library -> !checks.get(library).loads())
                .findFirst()
                .map(library -> checks.get(library).judge().found());
    }

    /** The checks in the order of the libraries; cuDNN's parts are summed up where there is little to say. */
    public List<Check> checks() {
        List<Check> all = new ArrayList<>();
        for (NativeLibrary library : NativeLibrary.values()) {
            if (library == NativeLibrary.CUBLAS) {
                all.add(new Fact("CUDA runtime", "inside JCuda's own natives"));
            }
            if (library.compareTo(NativeLibrary.CUDNN) <= 0 && isOfInterest(library)) {
                LibraryCheck check = checks.get(library);
                all.add(
                        library == NativeLibrary.NVRTC && ptx.isPresent()
                                ? new CompilerCheck(check, ptx.get())
                                : check);
            }
        }
        if (checks.get(NativeLibrary.CUDNN).loads()) {
            List<LibraryCheck> parts =
                    NativeLibrary.cudnnParts().stream().map(checks::get).toList();
            parts.stream().filter(part -> !part.loads()).forEach(all::add);
            all.add(new CudnnPartsCheck(
                    checks.get(NativeLibrary.CUDNN).found().getFirst(),
                    parts.stream()
                            .filter(LibraryCheck::loads)
                            .map(part -> part.found().getFirst())
                            .toList()));
        }
        return all;
    }

    /** What comes with a library that is missing is missing too, and mended with it. */
    private boolean isOfInterest(NativeLibrary library) {
        return switch (library) {
            case CUBLAS_LT -> !checks.get(NativeLibrary.CUBLAS).found().isEmpty();
            case NVRTC_BUILTINS ->
                checks.get(NativeLibrary.NVRTC).loads()
                        || ptx.isEmpty()
                                && !checks.get(NativeLibrary.NVRTC).found().isEmpty();
            default -> true;
        };
    }

    /** Tries the names in turn, as the trainer does. */
    private LibraryCheck look(NativeLibrary library) {
        List<String> names = names(library);
        List<List<Path>> found = names.stream()
                .map(name -> find(library, name))
                .filter(files -> !files.isEmpty())
                .toList();
        if (found.isEmpty()) {
            return new LibraryCheck(
                    library,
                    names,
                    List.of(),
                    Optional.empty(),
                    names.stream()
                            .flatMap(name -> path.findElsewhere(name).stream())
                            .toList(),
                    otherMajors(library, names),
                    gpu);
        }
        List<Attempt> attempts =
                found.stream().map(files -> attempt(files.getFirst())).toList();
        Attempt taken = attempts.stream()
                .filter(attempt -> attempt.problem().isEmpty())
                .findFirst()
                .orElse(attempts.getFirst());
        runPaths.put(library, taken.runPath());
        List<Path> files = Stream.concat(Stream.of(taken.file()), found.stream().flatMap(List::stream))
                .distinct()
                .toList();
        return new LibraryCheck(library, names, files, taken.problem(), List.of(), List.of(), gpu);
    }

    /** What comes with another library must be of its major version. */
    private List<String> names(NativeLibrary library) {
        return switch (library) {
            case CUBLAS_LT -> sameMajor(NativeLibrary.CUBLAS, library);
            case NVRTC_BUILTINS -> sameMajor(NativeLibrary.NVRTC, library);
            default -> library.files(driver);
        };
    }

    private List<String> sameMajor(NativeLibrary main, NativeLibrary library) {
        List<Path> found = checks.get(main).found();
        String major = found.isEmpty() ? "" : LibraryCheck.major(main, found.getFirst());
        return major.isEmpty() ? library.files(driver) : List.of(library.stem() + major);
    }

    /** The driver's file carries the driver's release in place of a major version. */
    private List<Path> otherMajors(NativeLibrary library, List<String> names) {
        return library == NativeLibrary.DRIVER
                ? List.of()
                : path.findBeginning(library.stem()).stream()
                        .filter(file -> !LibraryCheck.major(library, file).isEmpty())
                        .filter(file -> !names.contains(library.stem() + LibraryCheck.major(library, file)))
                        .toList();
    }

    private List<Path> find(NativeLibrary library, String name) {
        return switch (library) {
            case NVRTC_BUILTINS -> builtins(name);
            case CUBLAS_LT -> path.find(name, runPath(NativeLibrary.CUBLAS));
            case DRIVER, CUBLAS, NVRTC, CUDNN -> path.find(name, List.of());
            default -> path.find(name, runPath(NativeLibrary.CUDNN));
        };
    }

    /** NVRTC loads its builtins by a name with the minor version, {@code libnvrtc-builtins.so.12.6}. */
    private List<Path> builtins(String name) {
        Stream<Path> searched = Stream.of(runPath(NativeLibrary.NVRTC), path.first(), path.last())
                .flatMap(List::stream)
                .flatMap(folder -> LibraryPath.list(folder, name).stream());
        Stream<Path> cached = path.cache().entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(name))
                .flatMap(entry -> entry.getValue().stream());
        return LibraryPath.distinct(Stream.concat(searched, cached));
    }

    /** The folders that an earlier library names for what it asks for. */
    private List<Path> runPath(NativeLibrary asker) {
        return runPaths.getOrDefault(asker, List.of());
    }

    private Attempt attempt(Path file) {
        try {
            Elf elf = Elf.read(file);
            return new Attempt(
                    file, elf.runPath(), missing(new Visit(file.getFileName().toString(), elf)));
        } catch (IOException e) {
            return new Attempt(file, List.of(), Optional.of(e.getMessage()));
        }
    }

    /**
     * The first library that is missing, breadth first, among those needed and those that they need in turn; as far as
     * a chain of libraries goes that can be real.
     */
    private Optional<String> missing(Visit library) throws IOException {
        Set<String> seen = new HashSet<>();
        Deque<Visit> open = new ArrayDeque<>(List.of(library));
        while (!open.isEmpty()) {
            Visit visit = open.remove();
            for (String needed : visit.elf().needed()) {
                if (seen.size() >= MOST_LIBRARIES || !seen.add(needed)) {
                    continue;
                }
                List<Path> files = path.find(needed, visit.elf().runPath());
                if (files.isEmpty()) {
                    String asker = visit == library ? "" : "needs " + visit.name() + ", which ";
                    return Optional.of(asker + "needs " + needed + ", which was not found");
                }
                open.add(new Visit(needed, read(needed, files.getFirst())));
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
