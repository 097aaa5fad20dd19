package dev.voxgrad.nativecheck.check.machine;

import dev.voxgrad.nativecheck.check.Check;
import dev.voxgrad.nativecheck.report.Finding;
import dev.voxgrad.nativecheck.report.Impact;

/**
 * Checks that the JVM lets our classes load native libraries without a warning (and, in later releases, at all).
 *
 * @param enabled whether {@code --enable-native-access=ALL-UNNAMED} is in effect
 */
public record NativeAccessCheck(boolean enabled) implements Check {
    public static final String FLAG = "--enable-native-access=ALL-UNNAMED";

    @Override
    public Finding judge() {
        if (!enabled) {
            return Finding.warn(
                    "native access",
                    "not enabled",
                    FLAG,
                    "start it with bin/native-check, or add the flag to the java command");
        }
        return Finding.pass("native access", "enabled by " + FLAG);
    }

    @Override
    public Impact impact() {
        return Impact.NONE;
    }
}
