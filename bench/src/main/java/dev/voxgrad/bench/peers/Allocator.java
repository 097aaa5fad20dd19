package dev.voxgrad.bench.peers;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.voxgrad.bench.step.EngineException;

/**
 * Lists the allocators for a tuned libtorch, in order of preference. Each keeps the memory of freed tensors instead of
 * returning it to the kernel.
 *
 * <p>With its default settings, glibc maps every block of more than 32 MiB on its own and unmaps it as soon as it is
 * freed. One activation of Net1 takes 90 MB, so that every step faults its pages in, and zeroes them, all over again.
 * PyTorch's performance tuning guide therefore recommends tcmalloc or jemalloc. Each is also set to use transparent
 * huge pages, which save address translations if the kernel offers them.
 */
enum Allocator {
    /** The tcmalloc of gperftools; a release rate of 0 keeps all free pages. libtorch requests huge pages itself. */
    TCMALLOC(
            List.of("libtcmalloc_minimal.so.4", "libtcmalloc.so.4"),
            "libtcmalloc-minimal4",
            Map.of("TCMALLOC_RELEASE_RATE", "0", "THP_MEM_ALLOC_ENABLE", "1")),
    /** jemalloc without a separate arena for huge blocks, which would return them at once, and without decay. */
    JEMALLOC(
            List.of("libjemalloc.so.2"),
            "libjemalloc2",
            Map.of("MALLOC_CONF", "thp:always,oversize_threshold:0,narenas:1,dirty_decay_ms:-1,muzzy_decay_ms:-1")),
    /**
     * glibc's own allocator, set neither to map blocks separately nor to trim its heap. Only the main arena is a heap
     * that can grow to such sizes, and a JVM's threads use other arenas unless their number is limited to one.
     */
    GLIBC(
            List.of(),
            "",
            Map.of(
                    "MALLOC_ARENA_MAX",
                    "1",
                    "MALLOC_MMAP_MAX_",
                    "0",
                    "MALLOC_TRIM_THRESHOLD_",
                    Long.toString(1L << 36),
                    "MALLOC_TOP_PAD_",
                    Long.toString(1L << 28),
                    "GLIBC_TUNABLES",
                    "glibc.malloc.hugetlb=1"));

    /** Stands for the first allocator that is installed. */
    static final String AUTO = "auto";

    private final List<String> libraries;
    private final String debianPackage;
    private final Map<String, String> settings;

    Allocator(List<String> libraries, String debianPackage, Map<String, String> settings) {
        this.libraries = libraries;
        this.debianPackage = debianPackage;
        this.settings = settings;
    }

    /**
     * Represents an allocator that is installed on this machine.
     *
     * @param library the file to preload; empty for glibc's allocator, which every process has
     */
    record Installed(Allocator allocator, Optional<Path> library) {
        /** Returns the environment variables that make a process use it. */
        Map<String, String> variables() {
            Map<String, String> variables = new TreeMap<>(allocator.settings);
            library.ifPresent(file -> variables.put(EngineEnvironment.PRELOAD, file.toString()));
            return variables;
        }

        @Override
        public String toString() {
            return allocator.flag()
                    + library.map(file -> " (" + file.getFileName() + ")").orElse("");
        }
    }

    /** Returns the name for the command line: {@code jemalloc}. */
    String flag() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Finds the allocator with that name.
     *
     * @param flag a {@link #flag()}, or {@link #AUTO} for the first one that is installed
     * @param finder finds the file of a library like the loader
     * @throws IllegalArgumentException if the name is unknown; the message lists the known ones
     * @throws EngineException if it is not installed; the message explains how to install it
     */
    static Installed find(String flag, Function<String, Optional<Path>> finder) {
        if (flag.equals(AUTO)) {
            return Arrays.stream(values())
                    .flatMap(allocator -> allocator.find(finder).stream())
                    .findFirst()
                    .orElseThrow();
        }
        Allocator wanted = Arrays.stream(values())
                .filter(allocator -> allocator.flag().equals(flag))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "unknown allocator '" + flag + "'; known allocators are " + flags()));
        return wanted.find(finder)
                .orElseThrow(() -> new EngineException(
                        "allocator " + flag
                                + " is not installed: the loader does not find " + wanted.libraries.getFirst()
                                + "; install it (on Debian "
                                + "and Ubuntu: apt-get install " + wanted.debianPackage + "), or use --allocator auto",
                        null));
    }

    /** Returns the names for the command line, separated by commas. */
    static String flags() {
        return Stream.concat(Stream.of(AUTO), Arrays.stream(values()).map(Allocator::flag))
                .collect(Collectors.joining(", "));
    }

    private Optional<Installed> find(Function<String, Optional<Path>> finder) {
        if (libraries.isEmpty()) {
            return Optional.of(new Installed(this, Optional.empty()));
        }
        return libraries.stream()
                .flatMap(name -> finder.apply(name).stream())
                .filter(file -> EngineEnvironment.canPreload(file.toString()))
                .findFirst()
                .map(file -> new Installed(this, Optional.of(file)));
    }
}
