package dev.voxgrad.nativecheck.report;

/** How a finding turned out. */
public enum Status {
    /** As wanted. */
    PASS,
    /** Works, with something less than could be: slower, or on the CPU only. */
    WARN,
    /** Does not work until it is mended. */
    FAIL
}
