package dev.voxgrad.medmnist.cli.ui;

import java.util.concurrent.TimeUnit;

/** Ends standard error where a launcher has it filtered: see {@code .launcher/run-quietly.sh}. */
public final class StandardError {
    private static final String FILTER = "voxgrad.filter";
    private static final int LONGEST_WAIT_SECONDS = 5;

    private StandardError() {}

    /**
     * Waits until the filter has copied all that was written, so that whoever reads the file that it goes to, once this
     * process has ended, finds all of it. Nothing may be written after that.
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
