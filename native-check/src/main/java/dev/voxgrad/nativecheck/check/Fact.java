package dev.voxgrad.nativecheck.check;

import dev.voxgrad.nativecheck.report.Finding;
import dev.voxgrad.nativecheck.report.Impact;

/**
 * Reports a fact that cannot be wrong.
 *
 * @param name the subject
 * @param found what was found
 */
public record Fact(String name, String found) implements Check {
    @Override
    public Finding judge() {
        return Finding.pass(name, found);
    }

    @Override
    public Impact impact() {
        return Impact.NONE;
    }
}
