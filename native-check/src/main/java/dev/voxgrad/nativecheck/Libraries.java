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
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

import dev.voxgrad.nativecheck.check.Check;
import dev.voxgrad.nativecheck.check.Fact;
import dev.voxgrad.nativecheck.check.cuda.CompilerCheck;
import dev.voxgrad.nativecheck.check.cuda.CublasBindingCheck;
import dev.voxgrad.nativecheck.check.cuda.CudnnPartsCheck;
import dev.voxgrad.nativecheck.check.cuda.LibraryCheck;
import dev.voxgrad.nativecheck.library.CublasBinding;
import dev.voxgrad.nativecheck.library.CudaVersion;
import dev.voxgrad.nativecheck.library.Elf;
import dev.voxgrad.nativecheck.library.KernelPtx;
import dev.voxgrad.nativecheck.library.LibraryPath;
import dev.voxgrad.nativecheck.library.NativeLibrary;

/** Searches for the libraries as the loader would, but loads none, because a broken one could crash this process. */
public final class Libraries {
    /** Represents a library whose dependencies still have to be found. */
    private record Visit(String name, Elf elf) {}

    /**
     * Describes what would happen if a file were loaded.
     *
     * @param file the file
     * @param runPath the folders that it names for its dependencies
     * @param problem why it would not load, in half a sentence
     */
    private record Attempt(Path file, List<Path> runPath, Optional<String> problem) {}

    /** Far more than the dozen that CUDA's libraries need. */
    private static final int MAX_LIBRARIES = 1000;

    private final LibraryPath path;
    private final boolean gpu;
    private final Optional<CudaVersion> driver;
    private final Optional<KernelPtx> ptx;
    private final Optional<String> binding;
    private final Map<NativeLibrary, List<Path>> runPaths = new EnumMap<>(NativeLibrary.class);
    private final Map<NativeLibrary, LibraryCheck> checks = new EnumMap<>(NativeLibrary.class);

    /**
     * Searches for all libraries.
     *
     * @param path where to search
     * @param gpu whether there is a working driver, so that the libraries are needed
     * @param driver the newest CUDA that the driver runs; empty if there is no driver
     * @param ptx what is used if there is no NVRTC
     * @param binding the requested binding of cuBLAS, which need not exist; empty if none is requested
     */
    public Libraries(
            LibraryPath path,
            boolean gpu,
            Optional<CudaVersion> driver,
            Optional<KernelPtx> ptx,
            Optional<String> binding) {
        this.path = path;
        this.gpu = gpu;
        this.driver = driver;
        this.ptx = ptx;
        this.binding = binding;
        for (NativeLibrary library : NativeLibrary.values()) {
            checks.put(library, look(library));
        }
    }

    private LibraryCheck check(NativeLibrary library) {
        return Objects.requireNonNull(checks.get(library));
    }

    /** Returns, in half a sentence, what is wrong with the first of these libraries that would not load. */
    public Optional<String> firstMissing(List<NativeLibrary> libraries) {
        return libraries.stream()
                .filter(library -> !check(library).loads())
                .findFirst()
                .map(library -> check(library).judge().found());
    }

    /** Returns how the trainer would call cuBLAS. */
    public CublasBindingCheck cublasBinding() {
        LibraryCheck cublas = check(NativeLibrary.CUBLAS);
        return new CublasBindingCheck(
                binding, cublas.loads() ? Optional.of(cublas.found().getFirst()) : Optional.empty(), gpu);
    }

    /** Returns the checks in the order of the libraries; cuDNN's loadable parts are combined into one. */
    public List<Check> checks() {
        List<Check> all = new ArrayList<>();
        for (NativeLibrary library : NativeLibrary.values()) {
            if (library == NativeLibrary.CUBLAS) {
                all.add(new Fact("CUDA runtime", "inside JCuda's own natives"));
            }
            if (library.compareTo(NativeLibrary.CUDNN) <= 0 && isOfInterest(library)) {
                LibraryCheck check = check(library);
                all.add(
                        library == NativeLibrary.NVRTC && ptx.isPresent()
                                ? new CompilerCheck(check, ptx.get())
                                : check);
            }
            if (library == NativeLibrary.CUBLAS_LT
                    && (check(NativeLibrary.CUBLAS).loads() || binding.isPresent())) {
                all.add(cublasBinding());
            }
        }
        if (check(NativeLibrary.CUDNN).loads()) {
            List<LibraryCheck> parts =
                    NativeLibrary.cudnnParts().stream().map(this::check).toList();
            parts.stream().filter(part -> !part.loads()).forEach(all::add);
            all.add(new CudnnPartsCheck(
                    check(NativeLibrary.CUDNN).found().getFirst(),
                    parts.stream()
                            .filter(LibraryCheck::loads)
                            .map(part -> part.found().getFirst())
                            .toList()));
        }
        return all;
    }

    /** Returns false for a companion of a missing library: it is missing as well, and the same fix provides both. */
    private boolean isOfInterest(NativeLibrary library) {
        return switch (library) {
            case CUBLAS_LT -> !check(NativeLibrary.CUBLAS).found().isEmpty();
            case NVRTC_BUILTINS ->
                check(NativeLibrary.NVRTC).loads()
                        || ptx.isEmpty() && !check(NativeLibrary.NVRTC).found().isEmpty();
            default -> true;
        };
    }

    /** Tries a library's names in turn, as the trainer does. */
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

    /** Returns the acceptable file names; a companion of another library must have the same major version. */
    private List<String> names(NativeLibrary library) {
        return switch (library) {
            case CUBLAS -> CublasBinding.files(binding, driver);
            case CUBLAS_LT -> sameMajor(NativeLibrary.CUBLAS, library);
            case NVRTC_BUILTINS -> sameMajor(NativeLibrary.NVRTC, library);
            default -> library.files(driver);
        };
    }

    private List<String> sameMajor(NativeLibrary main, NativeLibrary library) {
        List<Path> found = check(main).found();
        String major = found.isEmpty() ? "" : LibraryCheck.major(main, found.getFirst());
        return major.isEmpty() ? library.files(driver) : List.of(library.stem() + major);
    }

    /** Finds files of other major versions; the driver's file name contains the driver's release instead of one. */
    private List<Path> otherMajors(NativeLibrary library, List<String> names) {
        return library == NativeLibrary.DRIVER
                ? List.of()
                : path.findByPrefix(library.stem()).stream()
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

    /** Finds NVRTC's builtins, which it loads by a name with the minor version: {@code libnvrtc-builtins.so.12.6}. */
    private List<Path> builtins(String name) {
        Stream<Path> searched = Stream.of(runPath(NativeLibrary.NVRTC), path.first(), path.last())
                .flatMap(List::stream)
                .flatMap(folder -> LibraryPath.list(folder, name).stream());
        Stream<Path> cached = path.cache().entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(name))
                .flatMap(entry -> entry.getValue().stream());
        return LibraryPath.distinct(Stream.concat(searched, cached));
    }

    /** Returns the folders that an earlier library names for its dependencies. */
    private List<Path> runPath(NativeLibrary dependent) {
        return runPaths.getOrDefault(dependent, List.of());
    }

    private Attempt attempt(Path file) {
        try {
            Elf elf = Elf.read(file);
            return new Attempt(
                    file, elf.runPath(), missing(new Visit(file.getFileName().toString(), elf)));
        } catch (IOException e) {
            return new Attempt(file, List.of(), Optional.of(String.valueOf(e.getMessage())));
        }
    }

    /**
     * Describes the first missing library, breadth first, among the direct and indirect dependencies, of which a
     * plausible number is followed.
     */
    private Optional<String> missing(Visit library) throws IOException {
        Set<String> seen = new HashSet<>();
        Deque<Visit> open = new ArrayDeque<>(List.of(library));
        while (!open.isEmpty()) {
            Visit visit = open.remove();
            for (String needed : visit.elf().needed()) {
                if (seen.size() >= MAX_LIBRARIES || !seen.add(needed)) {
                    continue;
                }
                List<Path> files = path.find(needed, visit.elf().runPath());
                if (files.isEmpty()) {
                    String dependent = visit == library ? "" : "needs " + visit.name() + ", which ";
                    return Optional.of(dependent + "needs " + needed + ", which was not found");
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
