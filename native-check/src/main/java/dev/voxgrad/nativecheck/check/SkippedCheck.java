package dev.voxgrad.nativecheck.check;

import dev.voxgrad.nativecheck.report.Finding;
import dev.voxgrad.nativecheck.report.Impact;

/**
 * Something that could not be looked at, and why; what to do about it is said where the reason is judged.
 *
 * @param name what it is
 * @param reason in half a sentence
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
