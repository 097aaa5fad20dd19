package dev.voxgrad.nativecheck.check;

import dev.voxgrad.nativecheck.Machine;
import dev.voxgrad.nativecheck.report.Finding;
import dev.voxgrad.nativecheck.report.Impact;

/**
 * One thing looked at. A check is a record of what was seen on the machine, so that a test can hand in a
 * machine that does not exist; {@link Machine} does the looking.
 */
public interface Check {
    /** Judges what was seen. */
    Finding judge();

    /** Returns what depends on the thing that was looked at. */
    Impact impact();
}
