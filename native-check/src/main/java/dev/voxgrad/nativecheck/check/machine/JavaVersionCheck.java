package dev.voxgrad.nativecheck.check.machine;

import dev.voxgrad.nativecheck.check.Check;
import dev.voxgrad.nativecheck.report.Finding;
import dev.voxgrad.nativecheck.report.Impact;

/**
 * Checks the JVM that runs this command and therefore the trainer.
 *
 * @param feature the feature release, such as 25
 * @param version the full version
 * @param vendor its vendor
 * @param home its folder
 */
public record JavaVersionCheck(int feature, String version, String vendor, String home) implements Check {
    /** The oldest Java that Voxgrad's classes run on. */
    public static final int OLDEST = 25;

    @Override
    public Finding judge() {
        String found = version + " by " + vendor + " in " + home;
        if (feature < OLDEST) {
            return Finding.fail(
                    "version",
                    found,
                    "Java " + OLDEST + " or newer",
                    "install JDK " + OLDEST + " and set JAVA_HOME to its folder");
        }
        return Finding.pass("version", found);
    }

    @Override
    public Impact impact() {
        return Impact.TRAINER;
    }
}
