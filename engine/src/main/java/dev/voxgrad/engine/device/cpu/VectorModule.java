package dev.voxgrad.engine.device.cpu;

/**
 * Checks that Java was started with the module whose vectors all CPU kernels use. It is an incubator module, which Java
 * leaves out unless it is named on the command line; without it, the first kernel would fail with a class that is not
 * found.
 */
public final class VectorModule {
    private static final String MISSING = isThere()
            ? null
            : "CPU kernels need the module jdk.incubator.vector, which "
                    + "Java was started without; start it with --add-modules=jdk.incubator.vector (in Maven, put that into "
                    + "surefire's <argLine> or the exec plugin's arguments too). Only the reference device works without";

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
     * Does nothing where the module is there.
     *
     * @throws IllegalStateException where it is not; the message names the option
     */
    public static void require() {
        if (MISSING != null) {
            throw new IllegalStateException(MISSING);
        }
    }

    /** As {@link #require}, with an error, which a class's initializer can throw as it is. */
    static void requireAtStart() {
        if (MISSING != null) {
            throw new LinkageError(MISSING);
        }
    }
}
