package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import dev.voxgrad.medmnist.run.RunFiles;
import dev.voxgrad.medmnist.run.member.MemberLock;

import static org.assertj.core.api.Assertions.assertThat;

/** Trains small benchmarks of two rows with two runs each: at once, in parts, killed, and by two processes. */
@Timeout(600)
class BenchmarkCommandTest {
    private static final List<String> ROWS = List.of("net1", "net2");

    @TempDir
    private static Path folder;

    private static Path volumes;
    private static Path complete;
    private static Cli printed;
    private static Map<String, String> expected;

    @BeforeAll
    static void trainAtOnce() throws IOException {
        volumes = TestVolumes.write(folder.resolve("volumes.npz"), 8, 1, 2, 24, 12, 20);
        complete = folder.resolve("complete");
        printed = Cli.run(words(complete)).succeeded();
        expected = outcome(complete);
        assertThat(expected).hasSize(2 * (4 + 2 + 2));
    }

    /** Returns a command; options in {@code more}, each with its value, replace or extend the usual ones. */
    private static Object[] words(Path out, Object... more) {
        Map<Object, Object> options = new LinkedHashMap<>();
        options.put("--npz", volumes);
        options.put("--rows", "net1,net2");
        options.put("--runs", 2);
        options.put("--epochs", 2);
        options.put("--batch-size", 8);
        options.put("--device", "cpu");
        options.put("--out", out);
        for (int i = 0; i < more.length; i += 2) {
            options.put(more[i], more[i + 1]);
        }
        List<Object> words = new ArrayList<>(List.of("benchmark"));
        options.forEach((option, value) -> words.addAll(List.of(option, value)));
        return words.toArray();
    }

    private static Map<String, String> outcome(Path benchmark) throws IOException {
        return ChildTraining.outcome(benchmark, ROWS);
    }

    @Test
    void printsAndWritesTheSameTables() throws IOException {
        assertThat(printed.out())
                .contains("volumes.npz\n", "Test split, mean ± deviation over runs\n", "How the rows were trained\n")
                .contains("net1 (2 of the recipe's 500 epochs, batches\nof 8, where the recipe has 32);")
                .contains("not one of the official sets")
                .doesNotContain("Not finished", "publ.");
        assertThat(printed.out().lines())
                .anyMatch(line -> line.matches("net1 +2 +2( +[01]\\.\\d{3}±0\\.\\d{3}){4}"))
                .anyMatch(
                        line -> line.matches("net2 1 +best +[12]( +[01]\\.\\d{3} +[01]\\.\\d{3} to [01]\\.\\d{3}){2}"))
                .anyMatch(line -> line.matches("net2 +study +2 +2 +8 +\\d+\\.\\d s"));
        Cli shown = Cli.run("benchmark", "--show", "--out", complete).succeeded();
        assertThat(printed.out()).endsWith(shown.out());
        assertThat(shown.out().lines().filter(line -> !line.contains(complete.toString())))
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100));
        assertThat(Files.readString(complete.resolve("benchmark.md"))).contains("| net1 | 2 | 2 |");
        assertThat(Files.readAllLines(complete.resolve("benchmark.csv"))).hasSize(1 + 2 * (4 * 2 + 4));
        Path page = folder.resolve("page.html");
        Cli.run("report", complete, "--out", page).succeeded();
        assertThat(page).hasSameTextualContentAs(complete.resolve("benchmark.html"));
    }

    /** The file has the same name, so only its MD5 differs. */
    @Test
    void refusesTheRowOfOtherVolumes() throws IOException {
        Path others = Files.createDirectory(folder.resolve("others")).resolve("volumes.npz");
        TestVolumes.write(others, 8, 1, 2, 24, 12, 21);
        Path baseline = folder.resolve("baseline of others");
        Cli.run("baseline", "--npz", others, "--features", "grid7", "--models", "logistic", "--out", baseline)
                .succeeded();
        Cli.run("benchmark", "--show", "--baseline", baseline, "--out", complete)
                .failed(baseline, complete, "the MD5 of the data");
        assertThat(complete.resolve("baseline-row.json")).doesNotExist();
        Cli.run("benchmark", "--show", "--out", complete).succeeded();

        Path out = folder.resolve("not trained");
        assertThat(Cli.run(words(out, "--baseline", baseline))
                        .failed(baseline, out, "the MD5 of the data")
                        .out())
                .doesNotContain("epoch 1/2");
        Cli.run("benchmark", "--show", "--baseline", baseline, "--out", out.resolveSibling("alone"))
                .succeeded();
        assertThat(Cli.run(words(out.resolveSibling("alone")))
                        .failed("baseline-row.json", "the MD5 of the data")
                        .out())
                .doesNotContain("epoch 1/2");
    }

    @Test
    void refusesTheRowOfAnotherSet() {
        Path base = folder.resolve("synthetic baseline");
        Cli.run(
                        "baseline",
                        "--flag",
                        "synthetic",
                        "--size",
                        8,
                        "--features",
                        "grid7",
                        "--models",
                        "logistic",
                        "--folds",
                        2,
                        "--out",
                        base)
                .succeeded();
        Cli.run("benchmark", "--show", "--baseline", base, "--out", complete)
                .failed(base, complete, "the name of the data is SYNTHETIC");
        Cli.run("benchmark", "--show", "--out", complete).succeeded();
    }

    @Test
    void showsSomeRows() {
        assertThat(Cli.run("benchmark", "--show", "--rows", "net2", "--out", complete)
                        .succeeded()
                        .out())
                .contains("net2 0")
                .doesNotContain("net1");
        Cli.run("benchmark", "--show", "--out", folder.resolve("nothing"))
                .failed("nothing", "has no row of a benchmark yet");
    }

    /** Rows one by one, the second run before the first, and more runs later. */
    @Test
    void partsGiveTheSameBytes() throws IOException {
        Path out = folder.resolve("parts");
        Cli first = Cli.run(words(out, "--rows", "net2", "--runs", 1)).succeeded();
        assertThat(first.out()).contains("net2 0 ").doesNotContain("net2 1 ", "Not finished", "net1");
        Cli second = Cli.run(words(out, "--rows", "net1", "--members", 1)).succeeded();
        assertThat(second.out()).contains("Not finished: net1 0 (not started, 0 of 2 epochs).");
        assertThat(second.out().lines()).anyMatch(line -> line.matches("net1 +1/2 +2( +[01]\\.\\d{3}){4}"));
        Cli third = Cli.run(words(out)).succeeded();
        assertThat(third.out())
                .contains("member 0 net1  epoch 1/2", "member 1 net2  epoch 1/2")
                .doesNotContain("member 1 net1", "member 0 net2");
        assertThat(outcome(out)).isEqualTo(expected);
    }

    /** A member that another process holds is left to it, and the tables say who trains it. */
    @Test
    void leavesMembersToOtherProcesses() throws IOException {
        Path out = folder.resolve("shared");
        Cli.run(words(out, "--members", 1)).succeeded();
        try (MemberLock _ = RunFiles.open(out.resolve("net1")).member(0).takeLock()) {
            assertThat(Cli.run(words(out)).succeeded().out())
                    .contains("Not finished: net1 0 (trained by process "
                            + ProcessHandle.current().pid())
                    .contains("member 0 net2  epoch 2/2")
                    .doesNotContain("member 0 net1");
        }
        Cli.run(words(out)).succeeded();
        assertThat(outcome(out)).isEqualTo(expected);
    }

    @Test
    void resumesBitForBitAfterKills() throws IOException, InterruptedException {
        Path out = folder.resolve("killed");
        Path log = folder.resolve("killed.log");
        Object[] words = words(out, "--checkpoint-minutes", "1e-9");
        List<String> milestones = List.of(
                "net2/run.json",
                "net1/members/member-00.checkpoint.previous",
                "net1/evaluations/member-00.json",
                "net2/weights/member-00-net2-last.safetensors");
        for (String milestone : milestones) {
            Process process = ChildTraining.start(log, List.of(), words);
            while (process.isAlive() && Files.notExists(out.resolve(milestone))) {
                Thread.sleep(1);
            }
            process.destroyForcibly().waitFor();
        }
        assertThat(out.resolve("net2/evaluations/member-01.json"))
                .as("killed in time")
                .doesNotExist();
        end(ChildTraining.start(log, List.of(), words), log);
        assertThat(outcome(out)).isEqualTo(expected);
    }

    @Test
    void twoProcessesShareTheWork() throws IOException, InterruptedException {
        Path out = folder.resolve("two");
        List<Path> logs = List.of(folder.resolve("two-0.log"), folder.resolve("two-1.log"));
        List<Process> processes = new ArrayList<>();
        for (Path log : logs) {
            processes.add(ChildTraining.start(log, List.of(), words(out)));
        }
        for (int i = 0; i < processes.size(); i++) {
            end(processes.get(i), logs.get(i));
        }
        String both = Files.readString(logs.get(0)) + Files.readString(logs.get(1));
        for (String row : ROWS) {
            for (int member = 0; member < 2; member++) {
                assertThat(both).containsOnlyOnce("member " + member + " " + row + "  epoch 2/2  loss");
            }
        }
        assertThat(outcome(out)).isEqualTo(expected);
        assertThat(Cli.run("benchmark", "--show", "--out", out).succeeded().out())
                .doesNotContain("Not finished");
    }

    private static void end(Process process, Path log) throws IOException, InterruptedException {
        assertThat(process.waitFor(240, TimeUnit.SECONDS)).as("ends in time").isTrue();
        assertThat(process.exitValue()).as(Files.readString(log)).isZero();
    }

    /** A row whose creation was interrupted leaves a folder under another name, which is replaced. */
    @Test
    void createsRowsCompletely() throws IOException {
        Path out = folder.resolve("unfinished");
        Files.createDirectories(out.resolve(".net1.new/weights"));
        Files.createDirectories(out.resolve("net1"));
        Cli.run(words(out, "--rows", "net1", "--runs", 1)).succeeded();
        assertThat(out.resolve(".net1.new")).doesNotExist();
        assertThat(out.resolve("net1/evaluations/member-00.json")).exists();
    }

    /** A failed member does not keep the others from being trained; the command fails at its end, with the tables. */
    @Test
    void reportsFailedMembers() throws IOException {
        Path out = folder.resolve("failed");
        Cli.run(words(out, "--rows", "net1", "--runs", 1)).succeeded();
        Path state = out.resolve("net1/members/member-00.json");
        Files.writeString(
                state, Files.readString(state).replaceFirst("\"failure\" : null", "\"failure\" : \"loss is NaN\""));
        assertThat(Cli.run(words(out, "--rows", "net1", "--members", 1))
                        .succeeded()
                        .out())
                .contains("Not finished: net1 0 (failed: loss is NaN, 2 of 2 epochs).", "net1 1 ");
        Cli.run(words(out, "--rows", "net1")).failed("net1: loss is NaN");
    }

    /** A process was killed after it had finished a member, but before it could write the tables. */
    @Test
    void evaluatesMembersThatTheTablesLack() throws IOException {
        Path out = folder.resolve("no-rows");
        Cli.run(words(out)).succeeded();
        Path members = out.resolve("net1/members.csv");
        Files.write(members, Files.readAllLines(members).subList(0, 2));
        Files.delete(out.resolve("net1/evaluations/member-01.json"));
        Cli.run(words(out)).succeeded();
        assertThat(outcome(out)).isEqualTo(expected);
    }

    /** Scores of an official set are written as standard result files, which evaluate reads. */
    @Test
    void writesStandardResultFiles() throws IOException {
        Path root = Files.createDirectories(folder.resolve("root"));
        Path data = TestVolumes.write(root.resolve("adrenalmnist3d.npz"), 28, 1, 2, 8, 4, 6);
        Path out = folder.resolve("official");
        Object[] words = {
            "benchmark",
            "--flag",
            "adrenalmnist3d",
            "--root",
            root,
            "--rows",
            "net1",
            "--runs",
            1,
            "--epochs",
            1,
            "--device",
            "cpu",
            "--out",
            out
        };
        Cli cli = Cli.run(words);
        assertThat(cli.code()).as(cli.err()).isZero();
        assertThat(cli.out())
                .contains("AdrenalMNIST3D, 28³", "ResNet-18 + ACS      ", "Original study ", "Yang et al.")
                .doesNotContain("revised");
        try (Stream<Path> files = Files.list(out.resolve("net1/results"))) {
            assertThat(files.map(file -> file.getFileName().toString().replaceAll("[01]\\.\\d{3}", "x")))
                    .containsExactlyInAnyOrder(
                            "adrenalmnist3d_val_[AUC]x_[ACC]x@net1-0-last.csv",
                            "adrenalmnist3d_val_[AUC]x_[ACC]x@net1-0-best.csv",
                            "adrenalmnist3d_test_[AUC]x_[ACC]x@net1-0-last.csv",
                            "adrenalmnist3d_test_[AUC]x_[ACC]x@net1-0-best.csv");
        }
        assertThat(data).exists();
    }

    @Test
    void refusesWhatCannotBeTrained() {
        Path out = folder.resolve("refused");
        Cli.run(words(out, "--rows", "net1,resnet9"))
                .refused("--rows has no row 'resnet9'; known rows are net1, net2, net3");
        Cli.run(words(out, "--runs", 0)).refused("--runs is 0; expected at least 1");
        Cli.run(words(out, "--members", "0-2")).refused("--members is '0-2'; expected numbers or ranges from 0 to 1");
        Cli.run(words(out, "--checkpoint-minutes", 0)).refused("--checkpoint-minutes is 0.0");
        Cli.run("benchmark", "--out", out).refused("Name the data: --flag F");
        assertThat(out).doesNotExist();
        Cli.run(words(complete, "--epochs", 1)).refused("row net1 in " + complete, "--epochs is 1, but", "with 2");
        Cli.run(words(complete.resolve("net1"))).refused("is a run");
    }

    @Test
    void refusesRowsOfOtherVolumes() {
        Path others = TestVolumes.write(folder.resolve("others.npz"), 8, 1, 2, 24, 12, 16);
        Cli.run(words(complete, "--npz", others))
                .refused("has rows of other volumes, or of the same with other options, such as net1; name");
    }
}
