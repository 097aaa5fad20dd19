package dev.voxgrad.nativecheck;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Runs a probe in a JVM of its own, since a broken native library can take the whole process with it.
 *
 * <p>A probe answers with lines {@code key=value} on standard output. Its folder for temporary files is new
 * and private, because JCuda reuses whatever library of the right name lies in it.
 *
 * @param java the {@code java} command
 * @param classPath where the probe and JCuda are
 * @param patience how long a probe may take before it is killed
 */
public record ChildProcess(Path java, String classPath, Duration patience) {
    /**
     * What became of a probe.
     *
     * @param exitCode the process's exit code; above 128 on Linux it died of a signal
     * @param timedOut whether it was killed for taking too long
     * @param answers what it said, in its order
     * @param errors what it, or its JVM, wrote to standard error
     */
    public record Outcome(int exitCode, boolean timedOut, Map<String, String> answers, String errors) {
        /** The answer of that name. */
        public Optional<String> answer(String key) {
            return Optional.ofNullable(answers.get(key));
        }

        /** Whether it ended by itself and well. */
        public boolean ended() {
            return !timedOut && exitCode == 0;
        }

        /** In half a sentence, what went wrong with the process itself. */
        public String failure() {
            if (timedOut) {
                return "the probe hung and was stopped";
            }
            if (exitCode == 0) {
                return "the probe gave no answer";
            }
            String death = exitCode > 128 ? "died of signal " + (exitCode - 128) : "ended with code " + exitCode;
            String said = errors.lines().map(String::strip).filter(line -> !line.isEmpty()).findFirst().orElse("");
            return "the probe " + death + (said.isEmpty() ? "" : " after \"" + said + "\"");
        }
    }

    /** Runs probes with the Java and the class path that run us. */
    public static ChildProcess likeThisOne() {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        return new ChildProcess(java, System.getProperty("java.class.path"), Duration.ofSeconds(60));
    }

    /**
     * Runs the main method of a class.
     *
     * @param probe the class, on the class path
     * @param options for its JVM
     */
    public Outcome run(Class<?> probe, String... options) {
        try {
            Path folder = Files.createTempDirectory(parent(), "voxgrad-native-check");
            try {
                return run(folder, probe.getName(), options);
            } finally {
                delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("native-check: cannot run " + probe.getSimpleName() + " in a child process: "
                    + e.getMessage(), e);
        }
    }

    /** The folder for temporary files; where it is no good, which has a finding of its own, the user's folders. */
    private static Path parent() throws IOException {
        return Stream.of("java.io.tmpdir", "user.home", "user.dir").map(System::getProperty).map(Path::of)
                .filter(folder -> TempFolderCheck.look(folder).problem().isEmpty()).findFirst()
                .orElseThrow(() -> new IOException("no folder for temporary files can be written"));
    }

    private Outcome run(Path folder, String probe, String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of(java.toString(), "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData", "-XX:ErrorFile=" + folder.resolve("crash.log"), "-Djava.io.tmpdir=" + folder));
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", classPath, probe));
        Path output = folder.resolve("output");
        Path errors = folder.resolve("errors");
        Process process = new ProcessBuilder(command)
                .redirectOutput(output.toFile()).redirectError(errors.toFile()).start();
        boolean ended = waitFor(process);
        return new Outcome(ended ? process.exitValue() : -1, !ended, answers(Files.readString(output)),
                Files.readString(errors));
    }

    private boolean waitFor(Process process) throws IOException {
        try {
            if (process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                return true;
            }
            process.destroyForcibly().waitFor();
            return false;
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static Map<String, String> answers(String output) {
        Map<String, String> answers = new LinkedHashMap<>();
        output.lines().filter(line -> line.contains("=")).forEach(line -> {
            int equals = line.indexOf('=');
            answers.put(line.substring(0, equals), line.substring(equals + 1));
        });
        return answers;
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
