package dev.voxgrad.nativecheck.report;

/**
 * One line of the report.
 *
 * @param status how it turned out
 * @param impact what depends on the thing that was looked at
 * @param name what was looked at, two or three words
 * @param found what is there
 * @param wanted what should be there; empty where nothing is to be done
 * @param mend how to get there; empty where nothing is to be done
 */
public record Finding(Status status, Impact impact, String name, String found, String wanted, String mend) {
    /** Returns a finding that is as wanted, on which nothing depends yet. */
    public static Finding pass(String name, String found) {
        return new Finding(Status.PASS, Impact.NONE, name, found, "", "");
    }

    /** Returns a finding that leaves the trainer working, but not as well as it could; nothing depends on it yet. */
    public static Finding warn(String name, String found, String wanted, String mend) {
        return new Finding(Status.WARN, Impact.NONE, name, found, wanted, mend);
    }

    /** Returns a finding that must be fixed, on which nothing depends yet. */
    public static Finding fail(String name, String found, String wanted, String mend) {
        return new Finding(Status.FAIL, Impact.NONE, name, found, wanted, mend);
    }

    /** Returns the finding for a check that did not come to an end: a fault of ours, not of the machine. */
    public static Finding internalError(String name, Throwable error) {
        return fail(
                        name,
                        "internal error: " + error,
                        "a check that comes to its end",
                        "report it with what --debug shows; the other checks are not affected")
                .affecting(Impact.UNKNOWN);
    }

    /** Returns the same finding about something on which that depends. */
    public Finding affecting(Impact other) {
        return new Finding(status, other, name, found, wanted, mend);
    }
}
