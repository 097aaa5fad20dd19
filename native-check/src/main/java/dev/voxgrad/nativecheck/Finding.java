package dev.voxgrad.nativecheck;

/**
 * One line of the report.
 *
 * @param status how it turned out
 * @param name what was looked at, two or three words
 * @param found what is there
 * @param wanted what should be there; empty where nothing is to be done
 * @param mend how to get there; empty where nothing is to be done
 */
public record Finding(Status status, String name, String found, String wanted, String mend) {
    /** A finding that is as wanted. */
    public static Finding pass(String name, String found) {
        return new Finding(Status.PASS, name, found, "", "");
    }

    /** A finding that leaves the trainer working, but not as well as it could. */
    public static Finding warn(String name, String found, String wanted, String mend) {
        return new Finding(Status.WARN, name, found, wanted, mend);
    }

    /** A finding that must be mended. */
    public static Finding fail(String name, String found, String wanted, String mend) {
        return new Finding(Status.FAIL, name, found, wanted, mend);
    }
}
