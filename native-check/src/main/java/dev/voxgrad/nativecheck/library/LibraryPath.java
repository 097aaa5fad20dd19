package dev.voxgrad.nativecheck.library;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import dev.voxgrad.nativecheck.machine.BoundedProcess;
import dev.voxgrad.nativecheck.machine.SystemText;

/**
 * Represents the places where Linux's loader searches for a library (ld.so(8)), and those where CUDA is often installed
 * without the loader's knowledge.
 *
 * @param first the folders in {@code LD_LIBRARY_PATH}
 * @param cache the loader's cache: files by library name
 * @param last the folders that the loader searches last
 * @param elsewhere folders that the loader does not search
 */
public record LibraryPath(List<Path> first, Map<String, List<Path>> cache, List<Path> last, List<Path> elsewhere) {
    /** A path that contains nothing. */
    public static final LibraryPath NOWHERE = new LibraryPath(List.of(), Map.of(), List.of(), List.of());

    private static final List<String> STANDARD =
            List.of("lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu", "lib64", "usr/lib64", "lib", "usr/lib");
    private static final Pattern CACHED = Pattern.compile("\\s+(\\S+) \\(([^)]*)\\) => (.+)");
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    /** No report distinguishes more files than this whose names have the same prefix. */
    private static final int MAX_FILES = 1000;

    /** Returns the search path of this process and of its children. */
    public static LibraryPath ofThisProcess() {
        return ofThisProcess(Path.of("/"));
    }

    /**
     * Returns the search path of this process and of its children.
     *
     * @param root the root of the file system, {@code /} except for trials
     */
    public static LibraryPath ofThisProcess(Path root) {
        String variable = Objects.requireNonNullElse(System.getenv("LD_LIBRARY_PATH"), "");
        return new LibraryPath(
                folders(variable),
                cache(ldconfig(root)),
                STANDARD.stream().map(root::resolve).toList(),
                CudaFolders.of(root, System.getenv()));
    }

    /** Splits a list of folders such as {@code LD_LIBRARY_PATH}; an empty name means the working folder. */
    public static List<Path> folders(String variable) {
        return variable.isEmpty()
                ? List.of()
                : Stream.of(variable.split("[:;]", -1))
                        .distinct()
                        .flatMap(folder -> SystemText.path(folder).stream())
                        .map(Path::toAbsolutePath)
                        .toList();
    }

    /** Parses the output of {@code ldconfig -p}; returns the files for this processor. */
    public static Map<String, List<Path>> cache(List<String> lines) {
        Map<String, List<Path>> cache = new HashMap<>();
        for (String line : lines) {
            Matcher entry = CACHED.matcher(line);
            if (entry.matches() && entry.group(2).contains("x86-64")) {
                SystemText.path(entry.group(3).strip())
                        .filter(Path::isAbsolute)
                        .ifPresent(file -> cache.computeIfAbsent(entry.group(1), name -> new ArrayList<>())
                                .add(file));
            }
        }
        return cache;
    }

    /** Returns the output of {@code ldconfig -p}; empty if there is no such command or no process can be started. */
    private static List<String> ldconfig(Path root) {
        Optional<Path> command = Stream.of("sbin/ldconfig", "usr/sbin/ldconfig")
                .map(root::resolve)
                .filter(Files::isRegularFile)
                .filter(Files::isExecutable)
                .findFirst();
        if (command.isEmpty()) {
            return List.of();
        }
        try {
            return new BoundedProcess(List.of(command.get().toString(), "-p"), TIMEOUT)
                    .run()
                    .output()
                    .lines()
                    .toList();
        } catch (IOException | RuntimeException | Error e) {
            return List.of(); // Java cannot start processes here.
        }
    }

    /**
     * Returns the files of that name in the loader's order; the loader uses the first.
     *
     * @param runPath the folders that the dependent library names itself
     */
    public List<Path> find(String name, List<Path> runPath) {
        Optional<Path> file = SystemText.path(name);
        if (file.isEmpty()) {
            return List.of();
        }
        Stream<Path> before = Stream.concat(first.stream(), runPath.stream()).map(folder -> folder.resolve(file.get()));
        Stream<Path> cached = cache.getOrDefault(name, List.of()).stream();
        Stream<Path> after = last.stream().map(folder -> folder.resolve(file.get()));
        return distinct(Stream.of(before, cached, after).flatMap(files -> files));
    }

    /** Returns the files of that name that the loader does not find. */
    public List<Path> findElsewhere(String name) {
        List<Path> found = find(name, List.of()).stream().map(LibraryPath::real).toList();
        return distinct(elsewhere.stream().flatMap(folder -> SystemText.path(folder, name).stream())).stream()
                .filter(file -> !found.contains(real(file)))
                .toList();
    }

    /** Returns the files in all places whose names have a prefix. */
    public List<Path> findByPrefix(String prefix) {
        Stream<Path> cached = cache.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(prefix))
                .flatMap(entry -> entry.getValue().stream());
        Stream<Path> listed = Stream.of(first, last, elsewhere)
                .flatMap(List::stream)
                .flatMap(folder -> list(folder, prefix).stream());
        return distinct(Stream.concat(cached, listed));
    }

    /** Returns the files of a folder whose names have a prefix; empty if the folder is missing or unreadable. */
    public static List<Path> list(Path folder, String prefix) {
        if (!Files.isDirectory(folder) || !Files.isReadable(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().startsWith(prefix))
                    .sorted()
                    .limit(MAX_FILES)
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            return List.of();
        }
    }

    /** Returns the files that exist, each once even if several links lead to it. */
    public static List<Path> distinct(Stream<Path> files) {
        Map<Path, Path> byReal = new LinkedHashMap<>();
        files.filter(Files::isRegularFile).forEach(file -> byReal.putIfAbsent(real(file), file));
        return List.copyOf(byReal.values());
    }

    /** Resolves links; returns the name itself if they cannot be followed. */
    private static Path real(Path file) {
        try {
            return file.toRealPath();
        } catch (IOException e) {
            return file;
        }
    }
}
