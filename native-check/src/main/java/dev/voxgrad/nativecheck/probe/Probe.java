package dev.voxgrad.nativecheck.probe;

import java.util.function.IntFunction;
import java.util.function.IntSupplier;

/** Provides what the probes have in common: how they answer, time calls and report failures. */
public final class Probe {
    /** The answer with the call that failed and its status. */
    public static final String FAILED = "failed";

    private static final int WARM_UPS = 2;
    private static final int REPEATS = 10;

    /** Thrown when a call of a native library fails. */
    public static final class CallFailed extends Exception {
        private static final long serialVersionUID = 1;

        CallFailed(String message) {
            super(message);
        }
    }

    /** Does what a probe is for. */
    interface Body {
        void run() throws CallFailed;
    }

    private Probe() {}

    /** Runs a probe; if it ends early, an answer gives the reason. */
    static void run(Body body) {
        try {
            body.run();
        } catch (LinkageError e) {
            DriverProbe.explain(String.valueOf(e.getMessage()));
        } catch (CallFailed e) {
            answer(FAILED, String.valueOf(e.getMessage()));
        }
    }

    /** Sends an answer to the parent process. */
    static void answer(String key, Object value) {
        System.out.println(key + "=" + value);
    }

    /** Throws if a call did not return 0. */
    static void check(String call, int status, IntFunction<String> name) throws CallFailed {
        if (status != 0) {
            throw new CallFailed(call + " returned " + name.apply(status));
        }
    }

    /**
     * Returns the milliseconds that a call takes, averaged over 10 calls after 2 warm-up calls.
     *
     * @param name the call's name
     * @param call the call
     * @param wait waits for the work that the call started
     * @param statusName describes the status of either
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
