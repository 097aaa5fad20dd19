package dev.voxgrad.medmnist.cli.ui;

import java.util.concurrent.TimeUnit;

/** Closes standard error if the launcher filters it: see {@code .launcher/run-quietly.sh}. */
public final class StandardError {
    private static final String FILTER = "voxgrad.filter";
    private static final int LONGEST_WAIT_SECONDS = 5;

    private StandardError() {}

    /**
     * Closes standard error and waits until the filter has copied everything, so that after this process ends, its
     * output file is complete. Nothing may be written after this call.
     */
    public static void finish() {
        Long filter = Long.getLong(FILTER);
        if (filter != null) {
            System.err.close();
            ProcessHandle.of(filter)
                    .ifPresent(process -> process.onExit()
                            .completeOnTimeout(process, LONGEST_WAIT_SECONDS, TimeUnit.SECONDS)
                            .join());
        }
    }
}
