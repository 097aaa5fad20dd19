package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.voxgrad.medmnist.cli.Guides.Block;
import dev.voxgrad.medmnist.cli.Guides.Command;
import dev.voxgrad.medmnist.text.ShellWords;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs every command of the README and the guides in a shell, in the order of a reader, on a small file of volumes
 * instead of an official set. Commands of {@code medmnist} that need no shell share a JVM ({@link WarmCommandLine}). A
 * command that is not run is listed here with the reason.
 *
 * <p>{@code -Dtest.options=-Dvoxgrad.guides=REGEX} runs only the commands that match; commands before them may be
 * required, so that the expression must match those, too.
 */
class GuidesRunTest {
    private static final String MEDMNIST = "medmnist/bin/medmnist ";
    private static final String DATA = "adrenalmnist3d.npz";
    /** What only a shell understands. */
    private static final Pattern SHELL = Pattern.compile("[<>|&;$~*`]");

    private static final int MINUTES = 20;
    private static final Pattern PART = Pattern.compile(System.getProperty("voxgrad.guides", ""));

    /** The commands that are not run, by their start, and why. */
    private static final Map<String, String> NOT_RUN = new LinkedHashMap<>();

    static {
        NOT_RUN.put("./mvnw -C -Pcuda-libraries", "downloads 2 GB");
        NOT_RUN.put("./mvnw -Ponnx", "downloads 75 MB");
        NOT_RUN.put("./mvnw -Pdist", "takes minutes; BundleIT tests what it makes");
        NOT_RUN.put("./mvnw -q -pl nn", "installs into the user's local repository; ExampleTest runs the program");
        NOT_RUN.put("./mvnw -q -f nn/example", "requires the installation before it; ExampleTest runs the program");
        NOT_RUN.put("./mvnw -Pspark", "downloads Spark; SparkIT tests what it makes");
        NOT_RUN.put("spark-submit", "requires Spark");
        NOT_RUN.put("sbatch", "requires Slurm; ClusterRecipesTest runs the file with a stand-in");
        NOT_RUN.put("kubectl", "requires Kubernetes; ClusterRecipesTest runs the file with a stand-in");
        NOT_RUN.put("./mvnw", "builds or tests the project, as the build that runs this test does");
        NOT_RUN.put("bench/bin/", "downloads engines, takes up to hours or requires a GPU; bench tests the commands");
        NOT_RUN.put("bench/gpu-kit/make", "packs what requires a GPU");
        NOT_RUN.put("voxgrad-gpu-kit/", "requires a GPU");
        NOT_RUN.put("/usr/bin/python3", "requires PyTorch");
        NOT_RUN.put(MEDMNIST + "train --flag adrenalmnist3d --device cuda", "requires a GPU");
        NOT_RUN.put("man -M", "requires the bundle; HelpTest checks the pages");
    }

    /** The chapters in the order in which their commands depend on each other. */
    private static final List<String> ORDER = List.of(
            "README.md",
            "CONTRIBUTING.md",
            "medmnist/README.md",
            "medmnist/docs/volumes.md",
            "medmnist/docs/training.md",
            "medmnist/docs/augmentation.md",
            "medmnist/docs/search.md",
            "medmnist/docs/results.md",
            "medmnist/docs/models.md",
            "medmnist/docs/gpu.md",
            "medmnist/docs/cluster.md",
            "medmnist/docs/watch.md",
            "medmnist/docs/terminal.md",
            "bench/README.md",
            "native-check/README.md",
            "nn/README.md",
            "engine/README.md");

    /** What the guides take as given, made from the run of the user's first page. */
    private static final List<String> BEFORE_THE_CHAPTERS = List.of(
            MEDMNIST + "save --npz " + DATA + " --labels normal,hyperplasia --format nifti --folder saved",
            "mv saved/adrenalmnist3d scans && mv saved/adrenalmnist3d.csv labels.csv",
            MEDMNIST + "convert runs/adrenal/weights/member-00-net1-best.safetensors resnet18_28_1.pth",
            MEDMNIST + "train --flag adrenalmnist3d --models 3 --augment none --out runs/none",
            MEDMNIST + "train --flag adrenalmnist3d --models 3 --augment centred --out runs/centred",
            MEDMNIST + "train --flag adrenalmnist3d --models 3 --augment torchio --out runs/torchio",
            MEDMNIST + "baseline --flag adrenalmnist3d --models logistic --out runs/base");

    @TempDir
    private Path folder;

    @Test
    void everyReasonAndEveryChapterIsInUse() throws IOException {
        assertThat(Guides.files().stream()
                        .map(file -> Guides.CHECKOUT.relativize(file).toString()))
                .containsExactlyInAnyOrderElementsOf(ORDER);
        List<String> unused = new ArrayList<>(NOT_RUN.keySet());
        for (Command command : Guides.commands()) {
            unused.remove(reasonNotToRun(command.text()));
        }
        assertThat(unused).isEmpty();
    }

    @Tag("thorough")
    @Test
    void everyCommandSucceeds() throws Exception {
        prepare();
        List<String> failures = new ArrayList<>();
        Set<String> done = new LinkedHashSet<>();
        try (WarmCommandLine warm = new WarmCommandLine(java(), folder, home())) {
            runAll(warm, done, failures);
        }
        assertThat(failures).isEmpty();
        assertThat(done).isNotEmpty();
    }

    private void runAll(WarmCommandLine warm, Set<String> done, List<String> failures) throws Exception {
        for (String file : ORDER) {
            if (file.equals("medmnist/docs/volumes.md")) {
                for (String text : BEFORE_THE_CHAPTERS) {
                    run(new Command("set-up", 0, text), warm, done, failures);
                }
            }
            for (Command command : Guides.commands()) {
                if (command.file().equals(file)
                        && reasonNotToRun(command.text()).isEmpty()) {
                    run(command, warm, done, failures);
                }
            }
        }
    }

    /** Returns the listed start of a command that is not run; empty if it is. */
    private static String reasonNotToRun(String command) {
        return NOT_RUN.keySet().stream().filter(command::startsWith).findFirst().orElse("");
    }

    /** Makes the files of a user, and launchers that run what is compiled. */
    private void prepare() throws IOException {
        TestVolumes.write(folder.resolve(DATA), 16, 1, 2, 60, 20, 20);
        Files.copy(folder.resolve(DATA), folder.resolve("own.npz"));
        Files.copy(folder.resolve(DATA), folder.resolve("new.npz"));
        Files.createDirectories(home().resolve(".local/bin"));
        Files.createDirectories(home().resolve(".local/share/bash-completion/completions"));
        launcher("medmnist", Main.class.getName());
        launcher("native-check", "dev.voxgrad.nativecheck.Main");
        for (Block block : Guides.blocks()) {
            if (block.lines().getFirst().equals("# adrenal.args")) {
                Files.writeString(folder.resolve("adrenal.args"), shortened(String.join("\n", block.lines())) + "\n");
            }
        }
    }

    private void launcher(String module, String main) throws IOException {
        Path script =
                Files.createDirectories(folder.resolve(module).resolve("bin")).resolve(module);
        List<String> words = java();
        words.add(main);
        Files.writeString(
                script,
                "#!/usr/bin/env bash\nexec "
                        + words.stream().map(ShellWords::quote).collect(joining(" ")) + " \"$@\"\n");
        assertThat(script.toFile().setExecutable(true)).isTrue();
    }

    private List<String> java() {
        return ChildTraining.java("-Xmx2g", "-Duser.home=" + home());
    }

    private Path home() {
        return folder.resolve("home");
    }

    private void run(Command command, WarmCommandLine warm, Set<String> done, List<String> failures) throws Exception {
        boolean ours = command.text().startsWith(MEDMNIST);
        String text = ours ? shortened(command.text()) : command.text();
        if (!PART.matcher(text).find() && !command.file().equals("set-up") || !done.add(text)) {
            return;
        }
        Path log = folder.resolve("log");
        List<String> words = new Command(command.file(), command.line(), text).words();
        int code = ours && !SHELL.matcher(text).find()
                ? warm.run(log, words.subList(1, words.size()), MINUTES)
                : runInShell(text, log);
        boolean judges =
                text.contains("native-check") || text.contains(" doctor"); // their exit codes judge the machine
        if (code > (judges ? 2 : 0)) {
            failures.add(command + "\n  as: " + text + "\n  exit code " + code + "\n" + Files.readString(log));
        }
    }

    private int runInShell(String text, Path log) throws Exception {
        ProcessBuilder builder = new ProcessBuilder("bash", "-c", "set -e; " + text)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().put("HOME", home().toString());
        Process process = builder.start();
        if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new TimeoutException(text + " took more than " + MINUTES + " minutes");
        }
        return process.exitValue();
    }

    /** Returns a command on small volumes, with few epochs and members. */
    private static String shortened(String command) {
        String text = command.replaceAll(
                        "--flag (adrenal|vessel)mnist3d( --download)?",
                        "--npz " + DATA + " --labels normal,hyperplasia")
                .replaceAll("--epochs \\d+", "--epochs 1")
                .replace("--models 15", command.contains("--folds 5") ? "--models 5" : "--models 3")
                .replace("--members 0-7", "--members 0-1")
                .replace("--members 8-14", "--members 2")
                .replace("--size 64", "--size 16")
                .replace("--budget 60epochs", "--epochs 1 --budget 6epochs")
                .replace("--budget 120epochs", "--budget 7epochs")
                .replace("test7_0", "test7_1");
        boolean trains = text.startsWith(MEDMNIST + "train ") && text.contains("--out ") && !text.contains("@");
        if (trains && !text.contains("--epochs") || text.contains(" --rows resnet")) {
            text += " --epochs 1";
        }
        if (text.contains(" --rows resnet")) {
            text += " --runs 1";
        }
        return text.contains(" profile --net resnet") ? text + " --batch-size 2 --size 16 --steps 1" : text;
    }
}
