package dev.voxgrad.medmnist.cli;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Runs commands one after the other in one JVM, whose working directory is a user's. Starting a JVM and compiling the
 * kernels takes most of a short command's time; here, only the first commands spend it.
 */
final class WarmCommandLine implements AutoCloseable {
    private static final String BETWEEN_WORDS = "\t";

    private final Process process;
    private final BufferedWriter commands;
    private final BufferedReader codes;

    /**
     * Starts the JVM.
     *
     * @param java the words that start a JVM, up to its main class
     */
    WarmCommandLine(List<String> java, Path workingDirectory, Path home) throws IOException {
        List<String> words = new ArrayList<>(java);
        words.add(WarmCommandLine.class.getName());
        ProcessBuilder builder = new ProcessBuilder(words)
                .directory(workingDirectory.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("HOME", home.toString());
        process = builder.start();
        commands = process.outputWriter(UTF_8);
        codes = process.inputReader(UTF_8);
    }

    /**
     * Runs a command and returns its exit code.
     *
     * @param log the file that receives its output
     * @throws TimeoutException if it takes too long; the JVM ends
     * @throws IOException if the JVM has ended
     */
    int run(Path log, List<String> words, long minutes)
            throws IOException, InterruptedException, ExecutionException, TimeoutException {
        commands.write(log + BETWEEN_WORDS + String.join(BETWEEN_WORDS, words));
        commands.newLine();
        commands.flush();
        String code = CompletableFuture.supplyAsync(this::nextCode).get(minutes, TimeUnit.MINUTES);
        if (code.isEmpty()) {
            throw new IOException("the JVM ended with exit code " + process.waitFor());
        }
        return Integer.parseInt(code);
    }

    /** Returns the next exit code, or an empty string if the JVM has ended. */
    private String nextCode() {
        return codes.lines().findFirst().orElse("");
    }

    @Override
    public void close() throws IOException {
        try {
            commands.close();
        } finally {
            process.destroyForcibly();
        }
    }

    /** Reads commands from standard input, a line each, and prints their exit codes. */
    public static void main(String... none) throws IOException {
        PrintStream answers = System.out;
        System.setOut(System.err);
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            List<String> words = List.of(line.split(BETWEEN_WORDS));
            try (PrintWriter log = new PrintWriter(words.getFirst(), UTF_8)) {
                answers.println(
                        Main.execute(log, log, words.subList(1, words.size()).toArray(String[]::new)));
            }
        }
    }
}
