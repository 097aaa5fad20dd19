package dev.voxgrad.medmnist.cli;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Runs commands with executors that are processes of their own on this machine; the test's process is the driver. */
final class LocalCluster {
    private static final Path HOME = Path.of(System.getenv("SPARK_HOME"));
    private static final Pattern OURS =
            Pattern.compile("SNAPSHOT|picocli|ejml|fastcsv|tools.jackson|jcuda|junit|jqwik|archunit");

    private LocalCluster() {}

    /** Starts a cluster, runs a command, and ends the cluster. */
    static Cli run(int executors, int cores, Object... arguments) {
        System.setProperty("spark.master", "local-cluster[" + executors + "," + cores + ",1024]");
        System.setProperty("spark.executor.memory", "512m");
        // Most of the time of such small trainings is the JVM's compiler's.
        System.setProperty("spark.executor.extraJavaOptions", "-XX:+UseSerialGC -XX:TieredStopAtLevel=1");
        System.setProperty("spark.jars", System.getProperty("voxgrad.spark.jar"));
        System.setProperty("spark.executor.extraClassPath", sparksJars());
        // The first task waits until all executors are there.
        System.setProperty("spark.cores.max", String.valueOf(executors * cores));
        System.setProperty("spark.scheduler.minRegisteredResourcesRatio", "1.0");
        System.setProperty("spark.ui.port", "0");
        System.setProperty("spark.log.level", "WARN");
        System.setProperty("spark.driver.host", "127.0.0.1");
        System.setProperty("spark.driver.bindAddress", "127.0.0.1");
        try {
            Files.createDirectories(HOME.resolve("jars")); // Spark requires the folder; the class path has its jars
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = OnSpark.execute(
                new PrintWriter(out),
                new PrintWriter(err),
                Arrays.stream(arguments).map(String::valueOf).toArray(String[]::new));
        return new Cli(code, out.toString(), err.toString());
    }

    /** Returns the class path without what the jar for Spark must contain itself. */
    private static String sparksJars() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> entry.endsWith(".jar"))
                .filter(entry -> !OURS.matcher(entry).find())
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** Returns the processes that a text names. */
    static Set<Long> processes(String text) {
        Set<Long> processes = new TreeSet<>();
        for (Matcher matcher = Pattern.compile("process (\\d+) on").matcher(text); matcher.find(); ) {
            processes.add(Long.valueOf(matcher.group(1)));
        }
        return processes;
    }

    /** Returns what the executors have printed so far, in all clusters. */
    static String printed() throws IOException {
        StringBuilder text = new StringBuilder();
        try (Stream<Path> files = Files.walk(HOME.resolve("work"))) {
            for (Path file : files.filter(f -> f.endsWith("stdout") || f.endsWith("stderr"))
                    .sorted()
                    .toList()) {
                text.append(Files.readString(file));
            }
        }
        return text.toString();
    }
}
