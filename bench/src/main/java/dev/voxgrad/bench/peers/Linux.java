package dev.voxgrad.bench.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What the kernel says about this process and machine. */
final class Linux {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

    private Linux() {}

    /** Whether this is Linux at all. */
    static boolean isHere() {
        return Files.isReadable(STATUS);
    }

    /** Whether the peers' native libraries, which are for x86-64, run here. */
    static boolean isX86() {
        return isHere() && System.getProperty("os.arch").equals("amd64");
    }

    /** Peak resident memory of this process so far, in MiB. */
    static long peakRssMb() throws IOException {
        String kilobytes = field(STATUS, "VmHWM").orElseThrow(() -> new IOException(STATUS + " has no VmHWM"));
        return Long.parseLong(kilobytes.split(" ")[0]) / 1024;
    }

    /** Numbers of the cores that this process may use. */
    static List<Integer> allowedCores() throws IOException {
        return cores(field(STATUS, "Cpus_allowed_list").orElseThrow(
                () -> new IOException(STATUS + " has no Cpus_allowed_list")));
    }

    /** The numbers in a list such as {@code 0-3,8}. */
    static List<Integer> cores(String list) {
        List<Integer> cores = new ArrayList<>();
        for (String range : list.split(",")) {
            String[] ends = range.split("-");
            for (int core = Integer.parseInt(ends[0]); core <= Integer.parseInt(ends[ends.length - 1]); core++) {
                cores.add(core);
            }
        }
        return cores;
    }

    /** The processor's name. */
    static String processor() throws IOException {
        return field(PROCESSORS, "model name").orElse("unknown processor");
    }

    /** Whether a program of that name is on the PATH. */
    static boolean hasProgram(String name) {
        return Arrays.stream(Optional.ofNullable(System.getenv("PATH")).orElse("").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, name)));
    }

    private static Optional<String> field(Path file, String name) throws IOException {
        return Files.readAllLines(file).stream().filter(line -> line.split(":")[0].strip().equals(name)).findFirst()
                .map(line -> line.substring(line.indexOf(':') + 1).strip());
    }
}
