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

/** What the kernel says about this process and machine. */
final class Linux {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path MAPS = Path.of("/proc/self/maps");
    /** More than Linux can be built for (CONFIG_NR_CPUS), so that a list that is damaged stays short. */
    private static final int MOST_CORES = 1 << 16;

    private static final Pattern KILOBYTES = Pattern.compile("(\\d{1,18})\\s+kB");
    private static final Pattern RANGE = Pattern.compile("(\\d{1,9})(?:-(\\d{1,9}))?");

    private Linux() {}

    /** Whether this is Linux at all. */
    static boolean isHere() {
        return Files.isReadable(STATUS);
    }

    /** Whether the peers' native libraries, which are for x86-64, run here. */
    static boolean isX86() {
        return isHere() && System.getProperty("os.arch").equals("amd64");
    }

    /**
     * Peak resident memory of this process so far, in MiB.
     *
     * @throws IOException if the kernel does not tell
     */
    static long peakRssMb() throws IOException {
        return peakRssMb(Files.readAllBytes(STATUS));
    }

    /** The same from the text of {@code /proc/self/status}. */
    static long peakRssMb(byte[] status) throws IOException {
        Matcher kilobytes = KILOBYTES.matcher(field(status, "VmHWM").orElse(""));
        if (!kilobytes.matches()) {
            throw new IOException(STATUS + " has no VmHWM in kB");
        }
        return Long.parseLong(kilobytes.group(1)) / 1024;
    }

    /** Returns whether the loader has put that library into this process. */
    static boolean hasLoaded(Path library) throws IOException {
        byte[] maps = Files.readAllBytes(MAPS);
        String file = library.toRealPath().toString();
        return new String(maps, StandardCharsets.UTF_8).lines().anyMatch(line -> line.endsWith(" " + file));
    }

    /** Returns the file of a shared library of that name, as the loader finds it. */
    static Optional<Path> library(String name) {
        return LibraryPath.ofThisProcess().find(name, List.of()).stream()
                .filter(Files::isRegularFile)
                .findFirst();
    }

    /** Numbers of the cores that this process may use; empty where the kernel does not tell. */
    static List<Integer> allowedCores() throws IOException {
        return cores(field(Files.readAllBytes(STATUS), "Cpus_allowed_list").orElse(""));
    }

    /** The numbers in a list such as {@code 0-3,8}; what is no range of cores is left out. */
    static List<Integer> cores(String list) {
        List<Integer> cores = new ArrayList<>();
        for (String part : list.split(",")) {
            Matcher range = RANGE.matcher(part.strip());
            if (range.matches()) {
                int first = Integer.parseInt(range.group(1));
                int last = range.group(2) == null ? first : Integer.parseInt(range.group(2));
                for (int core = first; core <= last && cores.size() < MOST_CORES; core++) {
                    cores.add(core);
                }
            }
        }
        return cores;
    }

    /** The processor's name. */
    static String processor() {
        return CpuInfo.read(Path.of("/")).model();
    }

    /** Whether a program of that name is on the PATH. */
    static boolean hasProgram(String name) {
        return Arrays.stream(
                        Optional.ofNullable(System.getenv("PATH")).orElse("").split(":"))
                .map(folder -> new File(folder, name))
                .anyMatch(file -> file.isFile() && file.canExecute());
    }

    /** The value of the first line "name: value"; what is not UTF-8 in it is replaced. */
    private static Optional<String> field(byte[] text, String name) {
        return new String(text, StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.startsWith(name + ":"))
                .findFirst()
                .map(line -> line.substring(name.length() + 1).strip());
    }
}
