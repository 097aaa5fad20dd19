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
 * Where Linux's loader looks for a library (ld.so(8)), and where CUDA is often put without telling the loader.
 *
 * @param first the folders in {@code LD_LIBRARY_PATH}
 * @param cache the loader's cache: files by the library's name
 * @param last the folders that the loader searches at the end
 * @param elsewhere folders that the loader does not search
 */
public record LibraryPath(List<Path> first, Map<String, List<Path>> cache, List<Path> last, List<Path> elsewhere) {
    /** A path on which nothing is found. */
    public static final LibraryPath NOWHERE = new LibraryPath(List.of(), Map.of(), List.of(), List.of());

    private static final List<String> STANDARD =
            List.of("lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu", "lib64", "usr/lib64", "lib", "usr/lib");
    private static final Pattern CACHED = Pattern.compile("\\s+(\\S+) \\(([^)]*)\\) => (.+)");
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    /** More files than that whose names begin alike are not told apart in any report. */
    private static final int MOST_FILES = 1000;

    /** The search path of this process and of its children. */
    public static LibraryPath ofThisProcess() {
        return ofThisProcess(Path.of("/"));
    }

    /**
     * The search path of this process and of its children.
     *
     * @param root the root of the file system, {@code /} but for trials
     */
    public static LibraryPath ofThisProcess(Path root) {
        String variable = Objects.requireNonNullElse(System.getenv("LD_LIBRARY_PATH"), "");
        return new LibraryPath(
                folders(variable),
                cache(ldconfig(root)),
                STANDARD.stream().map(root::resolve).toList(),
                CudaFolders.of(root, System.getenv()));
    }

    /** The folders in a list such as that in {@code LD_LIBRARY_PATH}; an empty name is the working folder. */
    public static List<Path> folders(String variable) {
        return variable.isEmpty()
                ? List.of()
                : Stream.of(variable.split("[:;]", -1))
                        .distinct()
                        .flatMap(folder -> SystemText.path(folder).stream())
                        .map(Path::toAbsolutePath)
                        .toList();
    }

    /** The files that {@code ldconfig -p} lists for this processor. */
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

    /** What {@code ldconfig -p} says; nothing where there is no such command, or where no process can be started. */
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
            return new BoundedProcess(List.of(command.get().toString(), "-p"), PATIENCE)
                    .run()
                    .output()
                    .lines()
                    .toList();
        } catch (IOException | RuntimeException | Error e) {
            return List.of(); // Java cannot start processes here.
        }
    }

    /**
     * The files of that name, in the loader's order: it takes the first.
     *
     * @param runPath the folders that the asking library names itself
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

    /** The files of that name that the loader does not find. */
    public List<Path> findElsewhere(String name) {
        List<Path> found = find(name, List.of()).stream().map(LibraryPath::real).toList();
        return distinct(elsewhere.stream().flatMap(folder -> SystemText.path(folder, name).stream())).stream()
                .filter(file -> !found.contains(real(file)))
                .toList();
    }

    /** The files anywhere whose name begins so. */
    public List<Path> findBeginning(String beginning) {
        Stream<Path> cached = cache.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(beginning))
                .flatMap(entry -> entry.getValue().stream());
        Stream<Path> listed = Stream.of(first, last, elsewhere)
                .flatMap(List::stream)
                .flatMap(folder -> list(folder, beginning).stream());
        return distinct(Stream.concat(cached, listed));
    }

    /** The files of a folder whose name begins so; none where there is no such folder, or it cannot be listed. */
    public static List<Path> list(Path folder, String beginning) {
        if (!Files.isDirectory(folder) || !Files.isReadable(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().startsWith(beginning))
                    .sorted()
                    .limit(MOST_FILES)
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            return List.of();
        }
    }

    /** The files that exist, each once, whatever links lead to it. */
    public static List<Path> distinct(Stream<Path> files) {
        Map<Path, Path> byReal = new LinkedHashMap<>();
        files.filter(Files::isRegularFile).forEach(file -> byReal.putIfAbsent(real(file), file));
        return List.copyOf(byReal.values());
    }

    /** The file behind links; the name itself where these cannot be followed. */
    private static Path real(Path file) {
        try {
            return file.toRealPath();
        } catch (IOException e) {
            return file;
        }
    }
}
