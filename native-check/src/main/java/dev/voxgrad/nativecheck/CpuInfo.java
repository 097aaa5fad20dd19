package dev.voxgrad.nativecheck;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * What the operating system's files tell about the processor.
 *
 * @param model its name
 * @param cores logical cores of the machine; 0 where not told
 * @param flags its instruction sets, in the system's words
 * @param quota CPU time per second that the container grants, in cores; empty without a limit
 */
public record CpuInfo(String model, int cores, Set<String> flags, OptionalDouble quota) {
    /**
     * Reads Linux's files, as far as they are there.
     *
     * @param root the root of the file system, {@code /} but for tests
     */
    public static CpuInfo read(Path root) {
        List<String> lines = lines(root.resolve("proc/cpuinfo"));
        int cores = (int) lines.stream().filter(line -> line.startsWith("processor")).count();
        String model = value(lines, "model name");
        String flags = value(lines, "flags") + value(lines, "Features");
        return new CpuInfo(model.isEmpty() ? "unnamed processor" : model, cores,
                flags.isEmpty() ? Set.of() : Set.of(flags.split(" ")), quota(root.resolve("sys/fs/cgroup")));
    }

    /** The value of the first line "key : value"; empty where there is none. */
    private static String value(List<String> lines, String key) {
        return lines.stream()
                .filter(line -> line.startsWith(key) && line.contains(":"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst().orElse("");
    }

    /** Control groups of version 2 have one file "quota period", those of version 1 a file for each; in µs. */
    private static OptionalDouble quota(Path group) {
        List<String> second = lines(group.resolve("cpu.max"));
        if (!second.isEmpty()) {
            String[] parts = second.get(0).strip().split(" ");
            return parts.length == 2 ? quota(parts[0], parts[1]) : OptionalDouble.empty();
        }
        List<String> first = lines(group.resolve("cpu/cpu.cfs_quota_us"));
        List<String> period = lines(group.resolve("cpu/cpu.cfs_period_us"));
        return first.isEmpty() || period.isEmpty() ? OptionalDouble.empty() : quota(first.get(0), period.get(0));
    }

    private static OptionalDouble quota(String quota, String period) {
        boolean limited = quota.matches("\\d+") && period.matches("[1-9]\\d*");
        return limited
                ? OptionalDouble.of(Double.parseDouble(quota) / Double.parseDouble(period))
                : OptionalDouble.empty();
    }

    private static List<String> lines(Path file) {
        if (!Files.isReadable(file)) {
            return List.of();
        }
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException("native-check: cannot read " + file, e);
        }
    }
}
