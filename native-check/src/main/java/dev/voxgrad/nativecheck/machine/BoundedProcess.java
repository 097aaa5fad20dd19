package dev.voxgrad.nativecheck.machine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Runs a command with a limit on its time and on its output; a command that exceeds either is stopped.
 *
 * @param command the program and its arguments
 * @param timeout how long it may run
 */
public record BoundedProcess(List<String> command, Duration timeout) {
    /** In bytes, far more than our probes write or the loader's cache lists. */
    static final int MAX_OUTPUT = 4 << 20;
    /** The exit code of a process that was stopped. */
    public static final int STOPPED = -1;
    /** How long its output is still read after it ends, because a process that it started may keep the pipe open. */
    private static final Duration AFTERWARDS = Duration.ofSeconds(2);

    /**
     * Describes how a process ended.
     *
     * @param exitCode its exit code; {@link #STOPPED} if it was stopped
     * @param hung whether it was stopped because it ran too long
     * @param output what it wrote to standard output, decoded as UTF-8
     * @param errors what it wrote to standard error
     */
    public record End(int exitCode, boolean hung, String output, String errors) {}

    /**
     * Runs the command.
     *
     * @throws IOException if it cannot be started, or if this thread is interrupted
     */
    public End run() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command);
        useEnglishMessages(builder.environment());
        Process process = builder.start();
        try {
            return end(process);
        } finally {
            process.destroyForcibly();
        }
    }

    /**
     * Makes the C library report errors in English, whatever the user's language: the probes parse the dynamic loader's
     * messages. The character set, in which file names are encoded, stays the same.
     */
    static void useEnglishMessages(Map<String, String> environment) {
        String all = environment.remove("LC_ALL");
        if (all != null && !all.isEmpty()) {
            environment.put("LC_CTYPE", all);
        }
        environment.put("LC_MESSAGES", "C");
    }

    private End end(Process process) throws IOException {
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            // The process has already ended or closed its input; there is nothing to send.
        }
        Drain output = Drain.of(process, process.getInputStream());
        Drain errors = Drain.of(process, process.getErrorStream());
        boolean ended = waitFor(process, output, errors);
        boolean tooMuch = output.full() || errors.full();
        return new End(ended && !tooMuch ? process.exitValue() : STOPPED, !ended, output.text(), errors.text());
    }

    private boolean waitFor(Process process, Drain output, Drain errors) throws IOException {
        try {
            boolean ended = process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
            if (!ended) {
                process.destroyForcibly().waitFor(AFTERWARDS.toMillis(), TimeUnit.MILLISECONDS);
            }
            output.thread.join(AFTERWARDS);
            errors.thread.join(AFTERWARDS);
            return ended;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** Reads one of the process's streams to its end, and stops the process if it writes too much. */
    private static final class Drain implements Runnable {
        private final Process process;
        private final InputStream in;
        private final ByteArrayOutputStream read = new ByteArrayOutputStream();
        private final Thread thread = new Thread(this, "output of a child process");

        private Drain(Process process, InputStream in) {
            this.process = process;
            this.in = in;
        }

        static Drain of(Process process, InputStream in) {
            Drain drain = new Drain(process, in);
            drain.thread.setDaemon(true);
            drain.thread.start();
            return drain;
        }

        @Override
        public void run() {
            byte[] buffer = new byte[8192];
            try (in) {
                for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                    if (full()) {
                        process.destroyForcibly();
                        return;
                    }
                    read.write(buffer, 0, length);
                }
            } catch (IOException e) {
                // The process was stopped; what has been read so far counts.
            }
        }

        boolean full() {
            return read.size() >= MAX_OUTPUT;
        }

        String text() {
            return read.toString(StandardCharsets.UTF_8);
        }
    }
}
