package dev.voxgrad.bench.peers;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import dev.voxgrad.nativecheck.library.LibraryPath;
import dev.voxgrad.nativecheck.machine.CpuInfo;

/** Reads what the kernel reports about this process and machine. */
final class Linux {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path MAPS = Path.of("/proc/self/maps");
    /** More than Linux can be built for (CONFIG_NR_CPUS), so that a damaged list stays short. */
    private static final int MAX_CORES = 1 << 16;

    private static final Pattern KILOBYTES = Pattern.compile("(\\d{1,18})\\s+kB");
    private static final Pattern RANGE = Pattern.compile("(\\d{1,9})(?:-(\\d{1,9}))?");

    private Linux() {}

    /** Returns whether this is Linux at all. */
    static boolean isHere() {
        return Files.isReadable(STATUS);
    }

    /** Returns whether the peers' native libraries, which are for x86-64, run here. */
    static boolean isX86() {
        return isHere() && System.getProperty("os.arch").equals("amd64");
    }

    /**
     * Returns the peak resident memory of this process so far, in MiB.
     *
     * @throws IOException if the kernel does not report it
     */
    static long peakRssMb() throws IOException {
        return peakRssMb(Files.readAllBytes(STATUS));
    }

    /** Returns the peak resident memory from the content of {@code /proc/self/status}, in MiB. */
    static long peakRssMb(byte[] status) throws IOException {
        Matcher kilobytes = KILOBYTES.matcher(field(status, "VmHWM").orElse(""));
        if (!kilobytes.matches()) {
            throw new IOException(STATUS + " has no VmHWM in kB");
        }
        return Long.parseLong(kilobytes.group(1)) / 1024;
    }

    /** Returns whether the loader has loaded a library into this process. */
    static boolean hasLoaded(Path library) throws IOException {
        byte[] maps = Files.readAllBytes(MAPS);
        String file = library.toRealPath().toString();
        return new String(maps, StandardCharsets.UTF_8).lines().anyMatch(line -> line.endsWith(" " + file));
    }

    /** Returns the file of a shared library with that name, as the loader finds it. */
    static Optional<Path> library(String name) {
        return LibraryPath.ofThisProcess().find(name, List.of()).stream()
                .filter(Files::isRegularFile)
                .findFirst();
    }

    /** Returns the numbers of the cores that this process may use; empty if the kernel does not report them. */
    static List<Integer> allowedCores() throws IOException {
        return cores(field(Files.readAllBytes(STATUS), "Cpus_allowed_list").orElse(""));
    }

    /** Parses a list such as {@code 0-3,8}; parts that are not a range of cores are skipped. */
    static List<Integer> cores(String list) {
        List<Integer> cores = new ArrayList<>();
        for (String part : list.split(",")) {
            Matcher range = RANGE.matcher(part.strip());
            if (range.matches()) {
                int first = Integer.parseInt(range.group(1));
                int last = range.group(2) == null ? first : Integer.parseInt(range.group(2));
                for (int core = first; core <= last && cores.size() < MAX_CORES; core++) {
                    cores.add(core);
                }
            }
        }
        return cores;
    }

    /** Returns the processor's name. */
    static String processor() {
        return CpuInfo.read(Path.of("/")).model();
    }

    /** Returns whether a program with that name is on the PATH. */
    static boolean hasProgram(String name) {
        return Arrays.stream(
                        Optional.ofNullable(System.getenv("PATH")).orElse("").split(":"))
                .map(folder -> new File(folder, name))
                .anyMatch(file -> file.isFile() && file.canExecute());
    }

    /** Returns the value of the first line "name: value"; invalid UTF-8 in it is replaced. */
    private static Optional<String> field(byte[] text, String name) {
        return new String(text, StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.startsWith(name + ":"))
                .findFirst()
                .map(line -> line.substring(name.length() + 1).strip());
    }
}
