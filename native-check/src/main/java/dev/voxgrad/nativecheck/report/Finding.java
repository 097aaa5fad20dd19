package dev.voxgrad.nativecheck.report;

/**
 * Describes the result of one check, a line of the report.
 *
 * @param status the outcome
 * @param impact what depends on the thing that was examined
 * @param name what was examined, in two or three words
 * @param found what was found
 * @param wanted what is expected; empty if nothing needs to be done
 * @param fix how to get there; empty if nothing needs to be done
 */
public record Finding(Status status, Impact impact, String name, String found, String wanted, String fix) {
    /** Returns a finding that is as expected, without an impact yet. */
    public static Finding pass(String name, String found) {
        return new Finding(Status.PASS, Impact.NONE, name, found, "", "");
    }

    /** Returns a finding with which the trainer works, but not as well as it could; without an impact yet. */
    public static Finding warn(String name, String found, String wanted, String fix) {
        return new Finding(Status.WARN, Impact.NONE, name, found, wanted, fix);
    }

    /** Returns a finding that must be fixed, without an impact yet. */
    public static Finding fail(String name, String found, String wanted, String fix) {
        return new Finding(Status.FAIL, Impact.NONE, name, found, wanted, fix);
    }

    /** Returns the finding for a check that failed itself: an error of ours, not of the machine. */
    public static Finding internalError(String name, Throwable error) {
        return fail(
                        name,
                        "internal error: " + error,
                        "a check that completes",
                        "report it together with the output of --debug; the other checks are not affected")
                .affecting(Impact.UNKNOWN);
    }

    /** Returns the same finding with an impact. */
    public Finding affecting(Impact other) {
        return new Finding(status, other, name, found, wanted, fix);
    }
}
