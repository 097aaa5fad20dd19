package dev.voxgrad.nativecheck.probe;

import java.util.function.IntFunction;
import java.util.function.IntSupplier;

/** What probes have in common: how they answer, and how they report a call that failed. */
public final class Probe {
    /** The call that failed and its status. */
    public static final String FAILED = "failed";

    private static final int WARM_UPS = 2;
    private static final int REPEATS = 10;

    /** A call of a native library that did not succeed. */
    public static final class CallFailed extends Exception {
        private static final long serialVersionUID = 1;

        CallFailed(String message) {
            super(message);
        }
    }

    /** What a probe does. */
    interface Body {
        void run() throws CallFailed;
    }

    private Probe() {}

    /** Runs a probe; says in its answers why it ended early. */
    static void run(Body body) {
        try {
            body.run();
        } catch (LinkageError e) {
            DriverProbe.explain(String.valueOf(e.getMessage()));
        } catch (CallFailed e) {
            answer(FAILED, e.getMessage());
        }
    }

    /** Tells the parent process. */
    static void answer(String key, Object value) {
        System.out.println(key + "=" + value);
    }

    /** Throws where a call did not return 0. */
    static void check(String call, int status, IntFunction<String> name) throws CallFailed {
        if (status != 0) {
            throw new CallFailed(call + " returned " + name.apply(status));
        }
    }

    /**
     * Milliseconds that a call takes, on average and after a warm-up.
     *
     * @param name the call's name
     * @param call the call
     * @param wait waits for what the call started
     * @param statusName words for the status of either
     */
    static double milliseconds(String name, IntSupplier call, IntSupplier wait, IntFunction<String> statusName)
            throws CallFailed {
        for (int i = 0; i < WARM_UPS; i++) {
            check(name, call.getAsInt(), statusName);
        }
        check("waiting for " + name, wait.getAsInt(), statusName);
        long start = System.nanoTime();
        for (int i = 0; i < REPEATS; i++) {
            check(name, call.getAsInt(), statusName);
        }
        check("waiting for " + name, wait.getAsInt(), statusName);
        return (System.nanoTime() - start) / 1e6 / REPEATS;
    }
}
