package dev.voxgrad.nativecheck;

/**
 * Whether the JVM lets our classes load native libraries without a warning (and, in later releases, at all).
 *
 * @param enabled whether {@code --enable-native-access=ALL-UNNAMED} is in force
 */
public record NativeAccessCheck(boolean enabled) implements Check {
    static final String FLAG = "--enable-native-access=ALL-UNNAMED";

    @Override
    public Finding judge() {
        if (!enabled) {
            return Finding.warn(
                    "native access",
                    "not enabled",
                    FLAG,
                    "start through bin/native-check, or add the flag to the java command");
        }
        return Finding.pass("native access", "enabled by " + FLAG);
    }

    @Override
    public Impact impact() {
        return Impact.NONE;
    }
}
