package dev.voxgrad.nativecheck.check;

import dev.voxgrad.nativecheck.report.Finding;
import dev.voxgrad.nativecheck.report.Impact;

/**
 * Judges one aspect of a machine. A check is a record of what was seen there, so that a test can pass in a machine that
 * does not exist; {@link dev.voxgrad.nativecheck.Machine} does the looking.
 */
public interface Check {
    /** Judges what was seen. */
    Finding judge();

    /** Returns what depends on the thing that was examined. */
    Impact impact();
}
