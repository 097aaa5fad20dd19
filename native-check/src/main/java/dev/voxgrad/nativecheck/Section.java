package dev.voxgrad.nativecheck;

import java.util.List;
import java.util.stream.Stream;

/**
 * Findings under one heading.
 *
 * @param title the heading
 * @param findings in the order in which one thing depends on another
 */
public record Section(String title, List<Finding> findings) {
    /** Judges the checks in their order. */
    public static Section of(String title, Check... checks) {
        return new Section(title, Stream.of(checks).map(Check::judge).toList());
    }
}
