package dev.voxgrad.nativecheck.check;

import dev.voxgrad.nativecheck.report.Finding;
import dev.voxgrad.nativecheck.report.Impact;

/**
 * A line of the report that cannot fail.
 *
 * @param name what it is about
 * @param found what is there
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
