package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Runs the command line in a separate JVM, which can be killed, and reads the results of runs for comparison. */
final class ChildTraining {
    private ChildTraining() {}

    /**
     * Starts a command; its output goes to a file.
     *
     * @param prefix the command that starts the JVM, such as a shell with limits; may be empty
     */
    static Process start(Path log, List<String> prefix, Object... arguments) throws IOException {
        List<String> words = new ArrayList<>(prefix);
        words.addAll(java("-Xmx512m"));
        words.add(Main.class.getName());
        for (Object argument : arguments) {
            words.add(argument.toString());
        }
        return new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
    }

    /** Returns what starts a JVM with the classes under test, up to the main class. */
    static List<String> java(String... options) {
        List<String> words = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC"));
        words.addAll(List.of(options));
        words.addAll(List.of("-cp", System.getProperty("java.class.path")));
        return words;
    }

    /** Returns the weights and tables of a run by their names, without measured times and locks. */
    static Map<String, String> outcome(Path run) throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(run)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = run.relativize(file).toString();
                if (name.startsWith("weights") || name.equals("history.csv") || name.equals("members.csv")) {
                    contents.put(name, HexFormat.of().formatHex(Files.readAllBytes(file)));
                }
            }
        }
        return contents;
    }

    /** Returns weights, tables and evaluations of a benchmark's rows by their names. */
    static Map<String, String> outcome(Path benchmark, List<String> rows) throws IOException {
        Map<String, String> contents = new TreeMap<>();
        for (String row : rows) {
            outcome(benchmark.resolve(row)).forEach((name, bytes) -> contents.put(row + "/" + name, bytes));
            try (Stream<Path> files = Files.list(benchmark.resolve(row).resolve("evaluations"))) {
                for (Path file : files.toList()) {
                    contents.put(benchmark.relativize(file).toString(), Files.readString(file));
                }
            }
        }
        return contents;
    }
}
