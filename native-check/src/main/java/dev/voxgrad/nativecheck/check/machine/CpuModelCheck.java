package dev.voxgrad.nativecheck.check.machine;

import dev.voxgrad.nativecheck.check.Check;
import dev.voxgrad.nativecheck.report.Finding;
import dev.voxgrad.nativecheck.report.Impact;

/**
 * The processor's name; nothing is wanted of it.
 *
 * @param model the name it gives itself
 * @param architecture as Java names it, such as amd64
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
