package dev.voxgrad.bench.peers;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Holds what the kernel has counted for all threads of a process, including ended ones.
 *
 * <p>It reveals an engine that returns every tensor's memory to the kernel: the pages of the next tensor are faulted in
 * and zeroed one by one, which costs system time.
 *
 * @param userMs CPU time in the program and its libraries in milliseconds
 * @param systemMs CPU time in the kernel on its behalf in milliseconds
 * @param minorFaults number of pages that the kernel provided without reading from disk
 * @param majorFaults number of pages that had to be read from disk
 */
record Usage(double userMs, double systemMs, double minorFaults, double majorFaults) {
    private static final Path STAT = Path.of("/proc/self/stat");
    /** The kernel's unit, USER_HZ, is a hundredth of a second on every architecture on which JDK 25 runs. */
    private static final double MS_PER_TICK = 10;
    /** Matches what follows the name of the program: the state, then numbers. See proc_pid_stat(5). */
    private static final Pattern FIELDS = Pattern.compile(
            "\\S(?:\\s+-?\\d+){6}\\s+(?<minor>\\d+)\\s+\\d+"
                    + "\\s+(?<major>\\d+)\\s+\\d+\\s+(?<user>\\d+)\\s+(?<system>\\d+)(?:\\s.*)?",
            Pattern.DOTALL);

    /** Returns what this process has used so far. */
    static Usage now() throws IOException {
        // The program's name may contain any bytes; the numbers are ASCII.
        return parse(new String(Files.readAllBytes(STAT), StandardCharsets.ISO_8859_1));
    }

    /**
     * Parses the content of {@code /proc/PID/stat}. The program's name, in brackets, may itself contain brackets,
     * blanks and line breaks.
     *
     * @throws IOException if it has an unexpected form
     */
    static Usage parse(String stat) throws IOException {
        Matcher fields =
                FIELDS.matcher(stat.substring(stat.lastIndexOf(')') + 1).strip());
        if (!fields.matches()) {
            throw new IOException(STAT + " has an unexpected form: " + stat.strip());
        }
        return new Usage(
                number(fields, "user") * MS_PER_TICK,
                number(fields, "system") * MS_PER_TICK,
                number(fields, "minor"),
                number(fields, "major"));
    }

    private static double number(Matcher fields, String name) {
        return Double.parseDouble(fields.group(name)); // counters are unsigned with 64 bits
    }

    /** Returns what was used per step since an earlier reading. */
    Usage since(Usage earlier, int steps) {
        return new Usage(
                (userMs - earlier.userMs) / steps,
                (systemMs - earlier.systemMs) / steps,
                (minorFaults - earlier.minorFaults) / steps,
                (majorFaults - earlier.majorFaults) / steps);
    }

    /** Returns the kernel's share of the CPU time, from 0 to 1; 0 if no time was counted. */
    double systemShare() {
        double total = userMs + systemMs;
        return total == 0 ? 0 : systemMs / total;
    }
}
