package dev.voxgrad.engine.device.cpu;

import org.jspecify.annotations.Nullable;

/**
 * Checks that Java was started with the module of the Vector API, which all CPU kernels use. It is an incubator module,
 * which Java omits unless the command line names it; without it, the first kernel would fail because a class is
 * missing.
 */
public final class VectorModule {
    private static final @Nullable String MISSING = isThere()
            ? null
            : "CPU kernels require the module jdk.incubator.vector, but Java was started without it; add "
                    + "--add-modules=jdk.incubator.vector (in Maven, also to surefire's <argLine> or the exec plugin's "
                    + "arguments). Only the reference device works without it";

    private VectorModule() {}

    private static boolean isThere() {
        try {
            Class.forName("jdk.incubator.vector.FloatVector", false, VectorModule.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    /**
     * Requires the module.
     *
     * @throws IllegalStateException if it is missing; the message names the option
     */
    public static void require() {
        if (MISSING != null) {
            throw new IllegalStateException(MISSING);
        }
    }

    /** Does the same as {@link #require}, but throws an error, which a class initializer does not have to wrap. */
    static void requireAtStart() {
        if (MISSING != null) {
            throw new LinkageError(MISSING);
        }
    }
}
