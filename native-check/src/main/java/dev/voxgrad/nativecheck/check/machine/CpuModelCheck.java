package dev.voxgrad.nativecheck.check.machine;

import dev.voxgrad.nativecheck.check.Check;
import dev.voxgrad.nativecheck.report.Finding;
import dev.voxgrad.nativecheck.report.Impact;

/**
 * Reports the processor's name and cannot fail.
 *
 * @param model the name that the processor reports
 * @param architecture the architecture as Java names it, such as amd64
 */
public record CpuModelCheck(String model, String architecture) implements Check {
    @Override
    public Finding judge() {
        return Finding.pass("model", model + " (" + architecture + ")");
    }

    @Override
    public Impact impact() {
        return Impact.NONE;
    }
}
