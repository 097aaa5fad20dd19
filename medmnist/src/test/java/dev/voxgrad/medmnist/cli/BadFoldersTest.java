package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.UnaryOperator;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Tests folders that cannot be written to and runs that are damaged: existing files stay unchanged. */
class BadFoldersTest {
    @TempDir
    private static Path home;

    private static Path volumes;
    private static Path trained;

    @TempDir
    private Path folder;

    private Path run;
    private Contents before;

    @BeforeAll
    static void train() {
        volumes = TestVolumes.write(home.resolve("own.npz"), 8, 1, 2, 6, 4, 4);
        trained = home.resolve("run");
        train(trained).succeeded();
    }

    private static Cli train(Path out) {
        return Cli.run("train", "--npz", volumes, "--models", 1, "--epochs", 1, "--out", out);
    }

    @BeforeEach
    void copyTheRun() throws IOException {
        run = folder.resolve("run");
        Files.createDirectories(run.resolve("weights"));
        for (String file : new String[] {
            "run.json",
            "history.csv",
            "members.csv",
            "weights/member-00-net1-best.safetensors",
            "weights/member-00-net1-last.safetensors"
        }) {
            Files.copy(trained.resolve(file), run.resolve(file));
        }
        before = Contents.of(folder);
    }

    @AfterEach
    void assertUnchanged() throws IOException {
        assertThat(Contents.of(folder)).isEqualTo(before);
    }

    private void change(String file, UnaryOperator<String> edit) throws IOException {
        Files.writeString(run.resolve(file), edit.apply(Files.readString(run.resolve(file))));
        before = Contents.of(folder);
    }

    private void delete(String file) throws IOException {
        Files.delete(run.resolve(file));
        before = Contents.of(folder);
    }

    @Test
    void trainKeepsAnExistingRun() {
        train(run).failed(run, "already contains a run", "choose another --out");
        Cli.run("quickstart", "--out", run).failed(run, "already contains a run");
    }

    @Test
    void trainKeepsAnExistingFolder() {
        train(folder).failed(folder, "is not empty");
    }

    /** Root may write anywhere, so a path below a file represents all folders that cannot be created. */
    @Test
    void trainRefusesAPathBelowAFile() {
        Path file = run.resolve("run.json");
        train(file).failed(file, "expected a folder");
        train(file.resolve("new")).failed(file.resolve("new"), "cannot be created", "choose another --out");
    }

    @Test
    void trainInAReadOnlyFolder() throws IOException {
        readOnly(() ->
                train(run.resolve("weights/new")).failed("weights/new", "cannot be created", "permission denied"));
    }

    @Test
    void predictInAReadOnlyFolder() throws IOException {
        readOnly(() -> predict(run.resolve("weights/scores.csv")).failed("scores.csv", "may not be written"));
    }

    private void readOnly(Runnable test) throws IOException {
        Path weights = run.resolve("weights");
        assertThat(weights.toFile().setWritable(false)).isTrue();
        try {
            assumeTrue(!Files.isWritable(weights), "root may write to read-only folders");
            test.run();
        } finally {
            assertThat(weights.toFile().setWritable(true)).isTrue();
        }
    }

    private Cli predict(Path out) {
        return Cli.run(
                "predict",
                "--npz",
                volumes,
                "--net",
                "net1",
                "--out",
                out,
                "--weights",
                run.resolve("weights/member-00-net1-last.safetensors"));
    }

    @Test
    void predictRefusesImpossibleOutputs() {
        predict(run).failed(run, "is no plain file", "choose another name");
        predict(run.resolve("none/scores.csv")).failed("scores.csv", "there is no folder", run.resolve("none"));
        predict(run.resolve("run.json/scores.csv")).failed("scores.csv", "there is no folder");
        predict(Path.of("/")).failed("is no plain file");
    }

    /** A device must not be replaced by a file. */
    @Test
    void predictDoesNotReplaceADevice() {
        Path device = Path.of("/dev/null");
        assumeTrue(Files.exists(device), "needs " + device);
        predict(device).failed(device, "is no plain file");
        assertThat(Files.isRegularFile(device)).isFalse();
    }

    private Cli ensemble(Object... more) {
        Object[] all = new Object[more.length + 3];
        System.arraycopy(new Object[] {"ensemble", "--run", run}, 0, all, 0, 3);
        System.arraycopy(more, 0, all, 3, more.length);
        return Cli.run(all);
    }

    /** The results are printed nevertheless. */
    @Test
    void ensemblePrintsResultsItCannotSave() throws IOException {
        Files.createDirectory(run.resolve("summary.csv"));
        before = Contents.of(folder);
        Cli cli = ensemble().failed(run.resolve("summary.csv"), "cannot be written");
        assertThat(cli.out()).contains("Confusion matrix");
    }

    @Test
    void ensembleRefusesAFolderWithoutRun() {
        run = folder;
        ensemble().failed(folder, "contains no run", "train --out");
        run = folder.resolve("none");
        ensemble().failed(run, "contains no run");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "{}", "[]", "{\"settings\": 1}", "no json", "\u0000"})
    void ensembleRefusesADamagedRunJson(String json) throws IOException {
        change("run.json", text -> json);
        ensemble().failed(run.resolve("run.json"), "is damaged");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "\"kind\" : \"FILE\";           \"kind\" : \"OFFICIAL\"",
                "\"kind\" : \"FILE\";           \"kind\" : \"CLOUD\"",
                "\"kind\" : \"FILE\";           \"kind\" : null",
                "\"labels\" : [ ];              \"labels\" : null",
                "\"models\" : 1;                \"models\" : 0",
                "\"models\" : 1;                \"models\" : null",
                "\"models\" : 1;                \"models\" : \"many\"",
                "\"batchSize\" : 32;            \"batchSize\" : -1",
                "\"NET1\";                      \"NET9\"",
                "\"learningRate\" : 0.001;      \"learningRate\" : \"NaN\""
            })
    void ensembleRefusesADamagedEntry(String entry, String damaged) throws IOException {
        assertThat(run.resolve("run.json")).content().contains(entry);
        change("run.json", text -> text.replace(entry, damaged));
        ensemble().failed(run.resolve("run.json"), "is damaged");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0,net1",
                "x,net1,adamw,0.001,5.0E-4,1,0.5,0.5,0.5,0.5,1.0",
                "0,net7,adamw,0.001,5.0E-4,1,0.5,0.5,0.5,0.5,1.0",
                "0,net1,adamw,0.001,5.0E-4,1,0.5,0.5,much,0.5,1.0",
                "\u0001"
            })
    void ensembleRefusesDamagedMembers(String row) throws IOException {
        change("members.csv", text -> text.lines().findFirst().orElseThrow() + "\n" + row + "\n");
        ensemble().failed(run.resolve("members.csv"), "damaged row '" + row.replace('\u0001', '\uFFFD'));
    }

    @Test
    void ensembleNeedsAFinishedMember() throws IOException {
        change("members.csv", text -> text.lines().findFirst().orElseThrow() + "\n");
        ensemble().failed(run, "no finished member");
        delete("members.csv");
        ensemble().failed(run.resolve("members.csv"), "no such file");
    }

    @Test
    void ensembleReportsMissingWeights() throws IOException {
        delete("weights/member-00-net1-best.safetensors");
        ensemble().failed("member-00-net1-best.safetensors", "does not exist");
    }

    @Test
    void ensembleFindsMovedVolumes() throws IOException {
        change("run.json", text -> text.replace("own.npz", "moved.npz"));
        ensemble().failed(home.resolve("moved.npz"), "no such file", "--npz");
        Cli found = ensemble("--npz", volumes).succeeded();
        assertThat(found.out()).contains("Confusion matrix");
        delete("summary.csv");
    }

    @Test
    void ensembleWarnsOfOtherVolumes() throws IOException {
        Path other = TestVolumes.write(home.resolve("other.npz"), 8, 1, 2, 6, 4, 5);
        Cli cli = ensemble("--npz", other);
        assertThat(cli.code()).isZero();
        assertThat(cli.err().lines()).hasSize(1).first().asString().startsWith("warning: other.npz has changed");
        delete("summary.csv");
        Path three = TestVolumes.write(home.resolve("three.npz"), 8, 1, 3, 6, 4, 5);
        assertThat(ensemble("--npz", three).err())
                .contains("was trained for the classes [0, 1]")
                .contains("[0, 1, 2]");
        Path oneClass = TestVolumes.write(home.resolve("one.npz"), 8, 1, 2, 6, 4, 1);
        Cli alone = ensemble("--npz", oneClass);
        assertThat(alone.code()).isZero();
        assertThat(alone.out()).contains("AUC is undefined (-): test has volumes of class 0 (0) only");
        delete("summary.csv");
    }

    @ParameterizedTest
    @CsvSource({
        "--best-weight,-1",
        "--best-weight,NaN",
        "--last-weight,x",
        "--member-weights,'1,2'",
        "--member-weights,0",
        "--split,all"
    })
    void ensembleRefusesWrongWeights(String option, String value) {
        ensemble(option, value).refused();
    }

    @ParameterizedTest
    @CsvSource({
        "best = much,'best is'",
        "worst = 1,worst",
        "member.1 = 1,member.1",
        "best = -1,best is -1",
        "best = \\uX,'best is'"
    })
    void ensembleRefusesADamagedWeightsFile(String line, String part) throws IOException {
        Path file = Files.writeString(home.resolve("weights.txt"), line + "\n");
        ensemble("--weights", file).failed(file, part);
        ensemble("--weights", home.resolve("none")).failed("none", "no such file");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "'';                    is empty",
                "index,score;           index 'index' is not a whole number",
                "0;                     csv line 1: has 1 fields",
                "0,x;                   score 'x' is not a number",
                "0,NaN;                 score 'NaN' is not a number",
                "1,0.5;                 leaves a gap",
                "0,0.5;                 has scores of 1 samples",
            })
    void evaluateRefusesAMalformedFile(String text, String part) throws IOException {
        Path csv = Files.writeString(home.resolve("vesselmnist3d_test@x.csv"), text + "\n");
        TestVolumes.write(home.resolve("vesselmnist3d.npz"), 8, 1, 2, 6, 4, 4);
        Cli cli = Cli.run("evaluate", "--path", csv, "--root", home);
        assertThat(cli.err().lines().filter(line -> !line.startsWith("warning: ")))
                .singleElement()
                .asString()
                .startsWith("medmnist: " + csv)
                .contains(part);
        assertThat(cli.code()).isEqualTo(1);
    }

    @Test
    void evaluateRefusesAFileThatIsNotAResult() {
        Cli.run("evaluate", "--path", volumes).failed(volumes, "is not named as a standard result file");
        Cli.run("evaluate", "--path", "/").failed("is not named as a standard result file");
        Cli.run("evaluate", "--path", home.resolve("brainmnist3d_test@x.csv")).failed("no such file");
        assertThat(Set.of(home.toFile().list())).doesNotContain("brainmnist3d_test@x.csv");
    }
}
