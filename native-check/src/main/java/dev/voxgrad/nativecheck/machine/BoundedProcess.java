package dev.voxgrad.nativecheck.machine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import dev.voxgrad.nativecheck.probe.DriverProbe;

/**
 * A command that may take only so long and write only so much: it is stopped where it does more.
 *
 * @param command the program and its arguments
 * @param patience how long it may take
 */
public record BoundedProcess(List<String> command, Duration patience) {
    /** What our probes and the loader's cache write is far below this many bytes. */
    static final int LARGEST_OUTPUT = 4 << 20;
    /** In place of an exit code where it was stopped. */
    public static final int STOPPED = -1;
    /** How long what it wrote is still read after its end; a process that it started may hold the pipe open. */
    private static final Duration AFTERWARDS = Duration.ofSeconds(2);

    /**
     * What became of it.
     *
     * @param exitCode its exit code; {@link #STOPPED} where it was stopped
     * @param hung whether it was stopped for taking too long
     * @param output what it wrote to standard output, in UTF-8 as far as it is that
     * @param errors what it wrote to standard error
     */
    public record End(int exitCode, boolean hung, String output, String errors) {}

    /**
     * Runs it.
     *
     * @throws IOException if it cannot be started, or this thread is interrupted
     */
    public End run() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command);
        speakEnglish(builder.environment());
        Process process = builder.start();
        try {
            return end(process);
        } finally {
            process.destroyForcibly();
        }
    }

    /**
     * Lets the C library report errors in English, whatever the user's language: {@link DriverProbe} reads what the
     * dynamic loader says. The character set, in which file names are encoded, stays.
     */
    static void speakEnglish(Map<String, String> environment) {
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
            // It has ended already, or closed its input: there is nothing to send.
        }
        Drain output = Drain.of(process, process.getInputStream());
        Drain errors = Drain.of(process, process.getErrorStream());
        boolean ended = waitFor(process, output, errors);
        boolean tooMuch = output.full() || errors.full();
        return new End(ended && !tooMuch ? process.exitValue() : STOPPED, !ended, output.text(), errors.text());
    }

    private boolean waitFor(Process process, Drain output, Drain errors) throws IOException {
        try {
            boolean ended = process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
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

    /** Reads one of the process's streams to its end, and stops the process where there is too much in it. */
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
                // The process was stopped; what has been read until then counts.
            }
        }

        boolean full() {
            return read.size() >= LARGEST_OUTPUT;
        }

        String text() {
            return read.toString(StandardCharsets.UTF_8);
        }
    }
}
