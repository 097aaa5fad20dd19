package dev.voxgrad.bench.peers;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import tools.jackson.databind.json.JsonMapper;

import dev.voxgrad.bench.step.EngineException;
import dev.voxgrad.bench.step.EngineName;
import dev.voxgrad.bench.step.StepCase;
import dev.voxgrad.engine.device.CpuPeak;

/** Runs each measurement in its own JVM, with the options and the class path of this one, on the given cores. */
final class ProcessRunner implements EngineRunner {
    private static final int LAST_LINES = 12;

    private final List<String> pinned;
    private final Surroundings surroundings;

    /** Creates a runner that starts processes in these surroundings. */
    ProcessRunner(Surroundings surroundings) {
        this.surroundings = surroundings;
        List<Integer> cores = surroundings.cores();
        pinned = cores.isEmpty()
                ? List.of()
                : List.of(
                        "taskset",
                        "-c",
                        String.join(",", cores.stream().map(String::valueOf).toList()));
    }

    @Override
    public Reading run(EngineName engine, StepCase work, int threads) {
        EngineEnvironment environment = EngineEnvironment.of(engine, threads, surroundings, System.getenv());
        return run(
                        engine.flag() + " on " + work,
                        environment,
                        Reading.class,
                        EngineProcess.class,
                        engine.flag(),
                        work.net().name(),
                        Integer.toString(work.channels()),
                        Integer.toString(work.size()),
                        Integer.toString(work.batch()),
                        Integer.toString(threads))
                .in(environment);
    }

    @Override
    public double peakFlop(int threads) {
        EngineEnvironment environment =
                EngineEnvironment.of(EngineName.VOXGRAD, threads, surroundings, System.getenv());
        return run("peak", environment, CpuPeak.class, PeakProcess.class, Integer.toString(threads))
                .flop();
    }

    /** Runs a program, whose last argument is the file with its result, and returns that result. */
    private <T> T run(
            String name, EngineEnvironment environment, Class<T> type, Class<?> program, String... arguments) {
        try {
            Path folder = Files.createTempDirectory("voxgrad-peers");
            Path result = folder.resolve("result.json");
            Path log = folder.resolve("log");
            try {
                int code = start(command(program, arguments, result), environment, log);
                if (code != 0) {
                    throw new EngineException(name + " ended with exit code " + code + ":\n" + lastLines(log), null);
                }
                return new JsonMapper().readValue(result, type);
            } finally {
                Files.deleteIfExists(result);
                Files.deleteIfExists(log);
                Files.deleteIfExists(folder);
            }
        } catch (IOException e) {
            throw new EngineException(name + " cannot be started: " + e.getMessage(), e);
        }
    }

    private List<String> command(Class<?> program, String[] arguments, Path result) {
        List<String> command = new ArrayList<>(pinned);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(surroundings.instructions().jvmOptions());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
        command.addAll(List.of(arguments));
        command.add(result.toString());
        return command;
    }

    private static int start(List<String> command, EngineEnvironment environment, Path log) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        environment.applyTo(builder.environment());
        Process process = builder.start();
        Thread end = new Thread(process::destroyForcibly);
        Runtime.getRuntime().addShutdownHook(end);
        try {
            int code = process.waitFor();
            Runtime.getRuntime().removeShutdownHook(end);
            return code;
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static String lastLines(Path log) throws IOException {
        // Native code may print bytes that are not UTF-8.
        List<String> lines = new String(Files.readAllBytes(log), StandardCharsets.UTF_8)
                .lines()
                .toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
    }
}
