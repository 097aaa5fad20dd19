package dev.voxgrad.nativecheck.probe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;

import dev.voxgrad.nativecheck.library.CudaVersion;
import dev.voxgrad.nativecheck.machine.BoundedProcess;
import dev.voxgrad.nativecheck.machine.SystemText;
import dev.voxgrad.nativecheck.machine.WritableFolder;

/**
 * Runs a probe in its own JVM, because a broken native library can bring down the whole process.
 *
 * <p>A probe answers with lines {@code key=value} on standard output. Its folder for temporary files is new and
 * private, because JCuda reuses any library of the right name that it finds there; if no folder is writable, the probe
 * shares the folder of this process.
 *
 * @param java the {@code java} command
 * @param classPath the class path with the probe and JCuda
 * @param timeout how long a probe may run before it is killed
 */
public record ChildProcess(Path java, String classPath, Duration timeout) {
    /** The exit code if there was no process. */
    private static final int NOT_STARTED = Integer.MIN_VALUE;

    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    /** What a healthy JVM prints: remarks about options in the environment and about the Vector API. */
    private static final List<String> JVM_CHATTER =
            List.of("Picked up ", "NOTE: Picked up ", "WARNING: Using incubator modules");

    /**
     * Describes how a probe ended and what it answered.
     *
     * @param exitCode the process's exit code; on Linux, a value above 128 means that it died of a signal
     * @param timedOut whether it was killed because it ran too long
     * @param answers its answers in the order in which it gave them
     * @param errors what the probe or its JVM wrote to standard error
     */
    public record Outcome(int exitCode, boolean timedOut, Map<String, String> answers, String errors) {
        /** Returns the outcome if no process could be started, with the reason in half a sentence. */
        public static Outcome notStarted(String reason) {
            return new Outcome(NOT_STARTED, false, Map.of(), reason);
        }

        /** Returns the answer with that name. */
        public Optional<String> answer(String key) {
            return Optional.ofNullable(answers.get(key));
        }

        /** Returns the answer with that name; empty if it is missing or not a 32-bit integer. */
        public OptionalInt wholeNumber(String key) {
            OptionalLong number = longNumber(key);
            return number.isPresent() && number.getAsLong() == (int) number.getAsLong()
                    ? OptionalInt.of((int) number.getAsLong())
                    : OptionalInt.empty();
        }

        /** Returns the CUDA version that was answered under that name; empty if the answer is missing or invalid. */
        public Optional<CudaVersion> cudaVersion(String key) {
            OptionalInt number = wholeNumber(key);
            return number.isPresent() ? Optional.of(new CudaVersion(number.getAsInt())) : Optional.empty();
        }

        /** Returns the answer with that name; empty if it is missing or not a 64-bit integer. */
        public OptionalLong longNumber(String key) {
            try {
                return answers.containsKey(key)
                        ? OptionalLong.of(Long.parseLong(answers.get(key).strip()))
                        : OptionalLong.empty();
            } catch (NumberFormatException e) {
                return OptionalLong.empty();
            }
        }

        /** Returns the answer with that name; empty if it is missing or not a number. */
        public OptionalDouble number(String key) {
            try {
                return answers.containsKey(key)
                        ? OptionalDouble.of(Double.parseDouble(answers.get(key)))
                        : OptionalDouble.empty();
            } catch (NumberFormatException e) {
                return OptionalDouble.empty();
            }
        }

        /** Returns whether a process was started at all. */
        public boolean started() {
            return exitCode != NOT_STARTED;
        }

        /** Returns whether the process ended by itself and successfully. */
        public boolean ended() {
            return !timedOut && exitCode == 0;
        }

        /** Returns, in half a sentence, why an answer is missing. */
        public String reason() {
            Optional<String> library = answer(DriverProbe.MISSING_LIBRARY).map(name -> name + " was not found");
            Optional<String> symbol =
                    answer(DriverProbe.MISSING_SYMBOL).map(name -> "a library does not match JCuda: it has no " + name);
            Optional<String> natives =
                    answer(DriverProbe.MISSING_NATIVES).map(name -> name + " is not on the class path");
            return Stream.of(answer(Probe.FAILED), library, symbol, natives, answer(DriverProbe.LINK_ERROR))
                    .flatMap(Optional::stream)
                    .findFirst()
                    .orElseGet(this::failure);
        }

        /** Returns, in half a sentence, what went wrong with the process itself. */
        public String failure() {
            if (!started()) {
                return "no child process can be started here (" + errors + ")";
            }
            if (timedOut) {
                return "the probe hung and was stopped";
            }
            if (exitCode == 0) {
                return "the probe gave no answer";
            }
            String death = exitCode > 128
                    ? "died of signal " + (exitCode - 128)
                    : exitCode == BoundedProcess.STOPPED
                            ? "produced endless output and was stopped"
                            : "ended with code " + exitCode;
            String said = errors.lines()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty())
                    .filter(line -> JVM_CHATTER.stream().noneMatch(line::startsWith))
                    .findFirst()
                    .orElse("");
            return "the probe " + death + (said.isEmpty() ? "" : " after \"" + said + "\"");
        }
    }

    /** Returns a way to run probes with the Java and the class path of this process. */
    public static ChildProcess likeThisOne() {
        Path java = SystemText.path(System.getProperty("java.home"))
                .map(home -> home.resolve("bin").resolve("java"))
                .orElse(Path.of("java"));
        return new ChildProcess(java, System.getProperty("java.class.path"), Duration.ofSeconds(60));
    }

    /**
     * Runs the main method of a class. If that is impossible, the reason is the outcome.
     *
     * @param probe the class, on the class path
     * @param options options for its JVM
     */
    public Outcome run(Class<?> probe, String... options) {
        Optional<Path> folder = newFolder();
        try {
            return run(folder, probe.getName(), options);
        } catch (IOException | RuntimeException | Error e) {
            // Java throws an Error if a process limit prevents it from starting the reading thread or from forking.
            return Outcome.notStarted(Objects.requireNonNullElse(e.getMessage(), e.toString()));
        } finally {
            folder.ifPresent(ChildProcess::delete);
        }
    }

    /**
     * Creates a folder for temporary files. If the usual place is unusable, which has its own finding, the user's
     * folders are tried.
     *
     * @return the folder; empty if none of these places is writable
     */
    private static Optional<Path> newFolder() {
        return Stream.of("java.io.tmpdir", "user.home", "user.dir")
                .map(System::getProperty)
                .filter(Objects::nonNull)
                .flatMap(name -> SystemText.path(name).stream())
                .map(Path::toAbsolutePath)
                .filter(folder -> WritableFolder.problem(folder).isEmpty())
                .flatMap(folder -> newFolder(folder).stream())
                .findFirst();
    }

    private static Optional<Path> newFolder(Path parent) {
        try {
            Path folder = WritableFolder.unused(parent);
            return Optional.of(
                    parent.getFileSystem().supportedFileAttributeViews().contains("posix")
                            ? Files.createDirectory(folder, OWNER_ONLY)
                            : Files.createDirectory(folder));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private Outcome run(Optional<Path> folder, String probe, String... options) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(java.toString(), "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData"));
        // Keep the JVM's own messages out of the answers.
        command.addAll(List.of("-Xlog:disable", "-Xlog:all=warning:stderr", "-XX:+DisplayVMOutputToStderr"));
        command.add("-XX:ErrorFile="
                + folder.map(place -> place.resolve("crash.log").toString()).orElse("/dev/null"));
        folder.map(Path::toString)
                .or(() -> Optional.ofNullable(System.getProperty("java.io.tmpdir")))
                .ifPresent(place -> command.add("-Djava.io.tmpdir=" + place));
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", classPath, probe));
        BoundedProcess.End end = new BoundedProcess(command, timeout).run();
        return new Outcome(end.exitCode(), end.hung(), answers(end.output()), end.errors());
    }

    private static Map<String, String> answers(String output) {
        Map<String, String> answers = new LinkedHashMap<>();
        output.lines().filter(line -> line.contains("=")).forEach(line -> {
            int equals = line.indexOf('=');
            answers.put(line.substring(0, equals), line.substring(equals + 1));
        });
        return answers;
    }

    /** Deletes a folder as far as possible: leftovers in a folder for temporary files are harmless. */
    private static void delete(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException | RuntimeException e) {
            // A virus scanner or a process that is still running may keep a file open.
        }
    }
}
