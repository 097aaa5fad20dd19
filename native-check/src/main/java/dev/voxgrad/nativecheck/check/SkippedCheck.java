package dev.voxgrad.nativecheck.check;

import dev.voxgrad.nativecheck.report.Finding;
import dev.voxgrad.nativecheck.report.Impact;

/**
 * Reports something that was not examined, and why. The check that found the reason says what to do about it.
 *
 * @param name what was skipped
 * @param reason the reason in half a sentence
 */
public record SkippedCheck(String name, String reason) implements Check {
    @Override
    public Finding judge() {
        return Finding.warn(name, "skipped: " + reason, "", "");
    }

    @Override
    public Impact impact() {
        return Impact.NONE;
    }
}
