package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import dev.voxgrad.medmnist.run.RunFiles;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs the recipes for Slurm and Kubernetes with stand-ins for their schedulers, which lose a task in the middle, and
 * compares the result with that of one machine, byte for byte.
 */
@Timeout(300)
class ClusterRecipesTest {
    private static final Path RECIPES = Path.of("cluster").toAbsolutePath();
    private static final int MEMBERS = 2;
    private static final int KILLED = 137;
    private static final int TERMINATED = 143;

    @TempDir
    private static Path folder;

    private static Map<String, String> expected;

    /** Represents a task that a stand-in has started. */
    private record Task(int member, Process process) {}

    @BeforeAll
    static void trainOnOneMachine() throws IOException {
        TestVolumes.write(folder.resolve("volumes.npz"), 8, 1, 2, 24, 12, 4);
        Path alone = folder.resolve("alone");
        Cli.run(train("--out", alone)).succeeded();
        expected = ChildTraining.outcome(alone);
        assertThat(expected).hasSize(2 * MEMBERS + 2);
    }

    private static Object[] train(Object... more) {
        List<Object> words = new ArrayList<>(List.of(
                "train", "--npz", folder.resolve("volumes.npz"), "--nets", "net1-w0.0625", "--models", MEMBERS));
        words.addAll(List.of("--epochs", 60, "--batch-size", 8, "--seed", 3, "--device", "cpu"));
        words.addAll(Arrays.asList(more));
        return words.toArray();
    }

    private static Path prepared(String name) throws IOException {
        Path run = Files.createDirectories(folder.resolve(name)).resolve("a run");
        Cli.run(train("--out", run, "--prepare")).succeeded();
        assertThat(RunFiles.open(run).status()).allMatch(member -> member.epochs() == 0);
        return run;
    }

    /** Writes a command that runs this build's command line, and those in {@code others}; returns their folder. */
    private static Path commands(String name, Map<String, String> others) throws IOException {
        Path bin = Files.createDirectories(folder.resolve(name).resolve("bin"));
        Map<String, String> all = new HashMap<>(others);
        all.put(
                "medmnist",
                "exec '" + Path.of(System.getProperty("java.home"), "bin", "java")
                        + "' --add-modules=jdk.incubator.vector"
                        + " --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -Xmx512m -cp '"
                        + System.getProperty("java.class.path") + "' " + Main.class.getName() + " \"$@\"");
        for (Map.Entry<String, String> one : all.entrySet()) {
            Path file = Files.writeString(bin.resolve(one.getKey()), "#!/bin/sh\n" + one.getValue() + "\n");
            assertThat(file.toFile().setExecutable(true)).isTrue();
        }
        return bin;
    }

    private static Task start(Path bin, int member, Map<String, String> variables, List<String> words)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log(member).toFile()));
        builder.environment().put("PATH", bin + ":" + System.getenv("PATH"));
        builder.environment().putAll(variables);
        return new Task(member, builder.start());
    }

    private static Path log(int member) {
        return folder.resolve("member-" + member + ".log");
    }

    private static int end(Task task) throws IOException, InterruptedException {
        assertThat(task.process().waitFor(120, TimeUnit.SECONDS))
                .as(Files.readString(log(task.member())))
                .isTrue();
        return task.process().exitValue();
    }

    /** Ends the process that trains a member, in the middle, as the loss of its machine or the end of its time does. */
    private static void stop(Path run, Task task, boolean atOnce) throws InterruptedException {
        while (RunFiles.open(run).status().get(task.member()).epochs() < 2) {
            assertThat(task.process().isAlive()).as("trains").isTrue();
            Thread.sleep(5);
        }
        String holder = RunFiles.open(run).status().get(task.member()).holder().orElseThrow();
        Matcher process = Pattern.compile("process (\\d+) on").matcher(holder);
        assertThat(process.find()).as(holder).isTrue();
        ProcessHandle trainer =
                ProcessHandle.of(Long.parseLong(process.group(1))).orElseThrow();
        assertThat(atOnce ? trainer.destroyForcibly() : trainer.destroy()).isTrue();
    }

    /**
     * Stands in for Slurm: starts the tasks of an array and queues again what the recipe, or its {@code --requeue}, wants
     * queued. The first task is stopped with SIGTERM, and the second is lost.
     */
    @Test
    void slurmQueuesStoppedAndLostTasksAgain() throws IOException, InterruptedException {
        Path run = prepared("slurm");
        Path requeued = folder.resolve("requeued");
        Path bin = commands("slurm", Map.of("srun", "exec \"$@\"", "scontrol", "echo \"$1 $2\" >>'" + requeued + "'"));
        Path recipe = RECIPES.resolve("slurm.sbatch");
        assertThat(Files.readAllLines(recipe)).contains("#SBATCH --requeue", "#SBATCH --signal=TERM@60");
        List<Task> first = new ArrayList<>();
        for (int member = 0; member < MEMBERS; member++) {
            first.add(slurmTask(bin, recipe, run, member));
        }
        stop(run, first.get(0), false);
        stop(run, first.get(1), true);
        assertThat(end(first.get(0))).isEqualTo(TERMINATED);
        assertThat(end(first.get(1))).isEqualTo(KILLED);
        assertThat(requeued).hasContent("requeue 77_0");
        assertThat(Files.readString(log(0))).contains("stopped member 0 (net1-w0.0625) after epoch");
        for (int member = 0; member < MEMBERS; member++) {
            assertThat(end(slurmTask(bin, recipe, run, member))).isZero();
        }
        assertThat(ChildTraining.outcome(run)).isEqualTo(expected);
    }

    private static Task slurmTask(Path bin, Path recipe, Path run, int member) throws IOException {
        Map<String, String> variables = Map.of(
                "SLURM_ARRAY_JOB_ID", "77", "SLURM_ARRAY_TASK_ID", String.valueOf(member), "SLURM_CPUS_PER_TASK", "1");
        return start(bin, member, variables, List.of("bash", recipe.toString(), run.toString()));
    }

    /** Stands in for Kubernetes: starts a pod for each index, and another one for an index whose pod was killed. */
    @Test
    void kubernetesReplacesAKilledPod() throws IOException, InterruptedException {
        Path run = prepared("k8s");
        Path bin = commands("k8s", Map.of());
        String recipe = Files.readString(RECIPES.resolve("k8s-job.yaml"));
        assertThat(recipe).contains("completionMode: Indexed", "restartPolicy: Never");
        int attempts = Integer.parseInt(field(recipe, "backoffLimitPerIndex: (\\d+)"));
        List<String> arguments = Stream.of(field(recipe, "args: \\[(.*)]").split(", "))
                .map(word -> word.replaceAll("^\"|\"$", ""))
                .map(word -> word.equals("/runs/RUN") ? run.toString() : word)
                .toList();
        Deque<Task> pods = new ArrayDeque<>();
        for (int member = 0; member < MEMBERS; member++) {
            pods.add(pod(bin, arguments, member));
        }
        stop(run, pods.getFirst(), true);
        List<Integer> codes = new ArrayList<>();
        for (int restarts = 0; !pods.isEmpty(); ) {
            Task pod = pods.remove();
            codes.add(end(pod));
            if (codes.getLast() != 0 && restarts++ < attempts) {
                pods.add(pod(bin, arguments, pod.member()));
            }
        }
        assertThat(codes).containsExactly(KILLED, 0, 0);
        assertThat(ChildTraining.outcome(run)).isEqualTo(expected);
    }

    private static String field(String recipe, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(recipe);
        assertThat(matcher.find()).as(pattern).isTrue();
        return matcher.group(1);
    }

    private static Task pod(Path bin, List<String> arguments, int index) throws IOException {
        List<String> words = new ArrayList<>(List.of(bin.resolve("medmnist").toString()));
        arguments.forEach(word -> words.add(word.replace("$(JOB_COMPLETION_INDEX)", String.valueOf(index))));
        assertThat(words).as("the index is among the arguments").contains(String.valueOf(index));
        return start(bin, index, Map.of(), words);
    }

    @Test
    void theImageHasThreeLines() throws IOException {
        assertThat(Files.readAllLines(RECIPES.resolve("Dockerfile"))).hasSize(3);
    }
}
