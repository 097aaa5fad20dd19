package dev.voxgrad.nativecheck.report;

/** Lists the outcomes of a check. */
public enum Status {
    /** As expected. */
    PASS,
    /** Works, but not as well as it could: slower, or on the CPU only. */
    WARN,
    /** Does not work until it is fixed. */
    FAIL
}
