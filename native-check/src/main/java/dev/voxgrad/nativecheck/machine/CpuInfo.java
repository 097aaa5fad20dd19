package dev.voxgrad.nativecheck.machine;

import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * Describes the processor as the operating system's files report it.
 *
 * @param model its name
 * @param cores number of logical cores of the machine; 0 if not reported
 * @param flags its instruction sets, as the system names them
 * @param quota CPU time per second that the container grants, in cores; empty without a limit
 */
public record CpuInfo(String model, int cores, Set<String> flags, OptionalDouble quota) {
    /** More than any machine has: a larger quota is no limit. */
    private static final double MAX_CORES = 1e6;

    /**
     * Reads Linux's files as far as they exist and make sense.
     *
     * @param root the root of the file system, {@code /} except in tests
     */
    public static CpuInfo read(Path root) {
        ProcessorTable table = ProcessorTable.read(root.resolve("proc/cpuinfo"));
        return new CpuInfo(table.model(), table.cores(), table.flags(), quota(root.resolve("sys/fs/cgroup")));
    }

    /** Reads the quota: control groups v2 have one file "quota period", those of v1 one file for each; in µs. */
    private static OptionalDouble quota(Path group) {
        String[] second = SystemText.firstLine(group.resolve("cpu.max")).split("\\s+");
        if (second.length == 2) {
            return quota(second[0], second[1]);
        }
        for (String controller : new String[] {"cpu", "cpu,cpuacct"}) {
            Path first = group.resolve(controller);
            OptionalDouble quota = quota(
                    SystemText.firstLine(first.resolve("cpu.cfs_quota_us")),
                    SystemText.firstLine(first.resolve("cpu.cfs_period_us")));
            if (quota.isPresent()) {
                return quota;
            }
        }
        return OptionalDouble.empty();
    }

    /** Returns quota / period; empty if one of them is not a number of that kind, such as "max" or -1. */
    private static OptionalDouble quota(String quota, String period) {
        if (!quota.matches("\\d{1,19}") || !period.matches("\\d{1,19}")) {
            return OptionalDouble.empty();
        }
        double cores = Double.parseDouble(quota) / Double.parseDouble(period);
        return cores > 0 && cores < MAX_CORES ? OptionalDouble.of(cores) : OptionalDouble.empty();
    }
}
