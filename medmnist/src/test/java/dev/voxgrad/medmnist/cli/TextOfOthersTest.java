package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.voxgrad.medmnist.cli.ui.Console;
import dev.voxgrad.medmnist.cli.ui.RunProgress;
import dev.voxgrad.medmnist.io.Home;
import dev.voxgrad.medmnist.metrics.Metrics;
import dev.voxgrad.medmnist.nets.study.StudyNet;
import dev.voxgrad.medmnist.run.RunFiles;
import dev.voxgrad.medmnist.run.RunInfo;
import dev.voxgrad.medmnist.run.member.EpochResult;
import dev.voxgrad.medmnist.text.VisibleText;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests text from files and from the command line in the output of commands, and in the commands they recommend. */
class TextOfOthersTest {
    private static final String ESCAPES = "\\u001b]0;owned\\u0007\\u001b[2J\\u009b31m\\u202e";

    @TempDir
    private static Path folder;

    private static Path run;
    private static Cli training;

    @BeforeAll
    static void train() throws IOException {
        Path volumes = TestVolumes.write(folder.resolve("own.npz"), 9, 1, 2, 12, 6, 6);
        run = folder.resolve("patient's runs (new)");
        training = Cli.run(
                        "train",
                        "--npz",
                        volumes,
                        "--models",
                        2,
                        "--nets",
                        "net1",
                        "--epochs",
                        1,
                        "--batch-size",
                        6,
                        "--augment",
                        "none",
                        "--device",
                        "CPU",
                        "--out",
                        run)
                .succeeded();
    }

    private static void replace(Path file, String part, String other) throws IOException {
        String text = Files.readString(file);
        assertThat(text).contains(part);
        Files.writeString(file, text.replace(part, other));
    }

    private static void assertHarmless(Cli cli) {
        String said = cli.out() + cli.err();
        assertThat(said.codePoints()).as(VisibleText.of(said)).allMatch(VisibleText::isVisible);
        assertThat(said.lines()).allMatch(line -> line.length() < 3000);
    }

    @Test
    void showsTextOfMemberFilesHarmlessly() throws IOException {
        Path member = run.resolve("members/member-00.json");
        String before = Files.readString(member);
        replace(
                member,
                "\"failure\" : null",
                "\"failure\" : \"" + ESCAPES + "x".repeat(100_000) + "\\nmedmnist: fine\"");
        Cli status = Cli.run("status", run).succeeded();
        assertHarmless(status);
        assertThat(status.out()).contains(ESCAPES.substring(0, 12), "\\nmedmnist: fine");
        Files.writeString(member, before);
    }

    @Test
    void showsLabelsHarmlessly() throws IOException {
        Path json = run.resolve("run.json");
        String before = Files.readString(json);
        replace(json, "\"voxgrad\" : \"", "\"voxgrad\" : \"" + ESCAPES);
        Cli.run("report", run, "--device", "cpu").succeeded();
        String page = Files.readString(run.resolve("report.html"));
        assertThat(page.codePoints()).as(VisibleText.of(page)).allMatch(VisibleText::isVisible);
        replace(json, "\"labelNames\" : [ \"0\"", "\"labelNames\" : [ \"" + ESCAPES + "\"");
        for (Object[] command : new Object[][] {
            {"ensemble", run},
            {"status", run},
            {"report", run},
            {"predict", "--npz", folder.resolve("\u001b[2J"), "--weights", json, "--out", folder.resolve("o.csv")}
        }) {
            assertHarmless(Cli.run(command));
        }
        Files.writeString(json, before);
    }

    @Test
    void showsErrorsAboutFilesHarmlessly() throws IOException {
        Path csv = folder.resolve("adrenalmnist3d_test@x.csv");
        Files.writeString(csv, "0,0.5\n1,\u001b[2J" + "x".repeat(100_000) + "\n");
        Cli evaluation = Cli.run("evaluate", "--path", csv);
        assertHarmless(evaluation);
        evaluation.failed("[2Jx", "…");
    }

    @Test
    void showsWrongWordsHarmlessly() {
        Cli wrong = Cli.run("train", "--\u001b[2J" + "x".repeat(100_000));
        assertHarmless(wrong);
        wrong.refused("\\u001b[2J");
    }

    @Test
    void namesAreOneFieldOfSummaryCsv() throws IOException {
        Path odd = Files.copy(folder.resolve("own.npz"), folder.resolve("b, \"a\"\n1.npz"));
        Cli.run("ensemble", run, "--npz", odd, "--device", "cpu").succeeded();
        assertThat(Files.readAllLines(run.resolve("summary.csv")))
                .filteredOn(line -> line.contains(",\"b, \"\"a\"\"\\n1.npz\",false,test,"))
                .hasSize(2);
    }

    @Test
    void recommendedCommandsCanBePasted() {
        assertThat(training.out())
                .endsWith("Combine its members with: medmnist ensemble '"
                        + run.toString().replace("'", "'\\''") + "'\n");
        assertThat(Cli.run(
                                "show",
                                "--flag",
                                "adrenalmnist3d",
                                "--root",
                                folder.resolve("a b"),
                                "--index",
                                0,
                                "--out",
                                folder.resolve("v.png"))
                        .failed()
                        .err())
                .contains("--root '" + folder.resolve("a b") + "'");
    }

    @Test
    void tildeIsTheHomeFolderInEveryOption() {
        Path nowhere = Home.folder().orElseThrow().resolve("voxgrad-nowhere");
        Cli.run(
                        "show",
                        "--flag",
                        "adrenalmnist3d",
                        "--root=~/voxgrad-nowhere",
                        "--index",
                        0,
                        "--out",
                        folder.resolve("v.png"))
                .failed(nowhere.resolve("adrenalmnist3d.npz"));
        Cli.run("show", "--npz", "~/voxgrad-nowhere", "--index", 0, "--out", folder.resolve("v.png"))
                .failed(nowhere);
        Cli.run("status", "~/voxgrad-nowhere").failed(nowhere);
        Cli.run("ensemble", run, "--weights", "~/voxgrad-nowhere", "--device", "cpu")
                .failed("no such file");
    }

    @Test
    void countsMembersFromZero() {
        assertThat(training.out())
                .contains("member 0 net1  epoch 1/1", "member 1 net1  epoch 1/1")
                .doesNotContain("member 2");
        assertThat(Cli.run("status", run).succeeded().out())
                .containsPattern("(?m)^0 +net1")
                .containsPattern("(?m)^1 +net1");
    }

    @Test
    void resumedRunKnowsItsBestModel() {
        assertThat(secondEpochAfter(0.75)).contains("epoch 2/1").contains("  (best 0.7500)  ");
        assertThat(secondEpochAfter(Double.NaN)).contains("epoch 2/1").doesNotContain("best", "NaN");
    }

    /** Returns the line about a second epoch that is no better than a first one with this AUC. */
    private static String secondEpochAfter(double bestAuc) {
        StringWriter out = new StringWriter();
        RunInfo info = RunFiles.open(run).info();
        RunProgress progress =
                new RunProgress(info, List.of(0), info.data().load(warning -> {}), new Console(new PrintWriter(out)));
        progress.memberStarts(0, StudyNet.NET1, 1, bestAuc);
        progress.epochDone(new EpochResult(0, StudyNet.NET1, 2, 0.5, new Metrics(0.25, 0.5), 1), false);
        return out.toString();
    }
}
