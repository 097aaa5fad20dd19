package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests tables, weight lists and result files as spreadsheets, editors and attackers leave them. */
class EditedTablesTest {
    private static final List<String> TABLES = List.of("members.csv", "history.csv", "timings.csv", "summary.csv");

    @TempDir
    private static Path folder;

    private static Path run;
    private static String untouched;
    private static final Map<String, String> ORIGINALS = new TreeMap<>();

    @BeforeAll
    static void train() throws IOException {
        Path volumes = TestVolumes.write(folder.resolve("own.npz"), 8, 1, 2, 12, 6, 8);
        run = folder.resolve("run");
        Cli.run("train", "--npz", volumes, "--out", run, "--models", 2, "--nets", "net1", "--epochs", 1)
                .succeeded();
        untouched = Cli.run("ensemble", run).succeeded().out();
        for (String table : TABLES) {
            ORIGINALS.put(table, Files.readString(run.resolve(table)));
        }
    }

    @AfterEach
    void restore() throws IOException {
        for (String table : TABLES) {
            Files.writeString(run.resolve(table), ORIGINALS.get(table));
        }
    }

    private static void change(String table, UnaryOperator<String> edit) throws IOException {
        Files.writeString(run.resolve(table), edit.apply(ORIGINALS.get(table)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\r\n", "\r", "\n\n"})
    void readsTablesSavedByOtherPrograms(String lineEnd) throws IOException {
        for (String table : TABLES) {
            change(table, text -> "\uFEFF" + text.replace("\n", lineEnd) + lineEnd);
        }
        assertThat(Cli.run("ensemble", run).succeeded().out()).isEqualTo(untouched);
        Cli.run("report", run, "--out", folder.resolve("page.html")).succeeded();
        List<String> summary = Files.readAllLines(run.resolve("summary.csv")).stream()
                .filter(line -> !line.isBlank())
                .toList();
        assertThat(summary).hasSize(5).allMatch(line -> line.split(",", -1).length == 35);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "best_val_auc   | 7         | best_val_auc is 7; expected 0 to 1",
                "best_val_auc   | -0.1      | best_val_auc is -0.1; expected 0 to 1",
                "last_val_acc   | NaN       | last_val_acc is NaN; expected 0 to 1",
                "last_val_auc   | 1e400     | last_val_auc is 1e400; expected 0 to 1",
                "best_epoch     | -3        | best_epoch is -3; expected at least 1",
                "member         | -1        | member is -1; expected at least 0",
                "member         | 0         | has member 0 twice"
            })
    void impossibleFiguresAreDamage(String column, String value, String message) throws IOException {
        change("members.csv", text -> {
            String[] lines = text.split("\n");
            String[] fields = lines[2].split(",");
            fields[List.of(lines[0].split(",")).indexOf(column)] = value;
            return lines[0] + "\n" + lines[1] + "\n" + String.join(",", fields) + "\n";
        });
        Cli.run("ensemble", run, "--weights", "validation-auc").failed("members.csv", message);
    }

    @Test
    void outOfRangeLearningCurvesAreDamage() throws IOException {
        change("history.csv", text -> text.lines().findFirst().orElseThrow() + "\n0,net1,1,0.5,3.5,0.5\n");
        Cli.run("report", run, "--out", folder.resolve("page.html")).failed("history.csv", "damaged row");
    }

    @Test
    void reportsSemicolonsAndLongRows() throws IOException {
        change("members.csv", text -> text.replace(',', ';'));
        Cli.run("ensemble", run).failed("members.csv", "damaged row '0;net1");
        change("members.csv", text -> text + "\u001b[31m" + "x".repeat(100_000) + "\n");
        Cli cli = Cli.run("ensemble", run).failed("members.csv", "damaged row");
        assertThat(cli.err()).doesNotContain("\u001b").hasSizeLessThan(500);
    }

    /** New rows would not fit under another heading. */
    @Test
    void keepsASummaryWithOtherColumns() throws IOException {
        change("summary.csv", text -> text.replace(',', ';'));
        Cli cli = Cli.run("ensemble", run).failed("summary.csv", "other columns", "rename or remove it");
        assertThat(cli.out()).as("printed nevertheless").contains("ensemble   weighted");
        assertThat(run.resolve("summary.csv"))
                .hasContent(ORIGINALS.get("summary.csv").replace(',', ';'));
    }

    @Test
    void addsAMissingLastLineEnd() throws IOException {
        change("summary.csv", String::stripTrailing);
        Cli.run("ensemble", run).succeeded();
        assertThat(Files.readAllLines(run.resolve("summary.csv")))
                .hasSize(5)
                .allMatch(line -> line.split(",", -1).length == 35);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "last=1e308\nbest=1e308\nmember.0=1e308\n",
                "best = 1e200\nmember.0 = 1e200\n",
                "last = 1e-320\nbest = 1e-320\n",
                "last = 0\nbest = 0\n",
                "member.0 = 0\nmember.1 = 0\n"
            })
    void refusesWeightsThatOverflowOrVanish(String text) throws IOException {
        Path file = Files.writeString(folder.resolve("weights"), text);
        Cli.run("ensemble", run, "--weights", file).failed(file, "weight");
        Cli.run("report", run, "--weights", file, "--out", folder.resolve("page.html"))
                .failed(file, "weight");
    }

    @Test
    void reportsWeightsInUtf16() throws IOException {
        Path file = Files.write(folder.resolve("weights"), "\uFEFFbest = 1\n".getBytes(StandardCharsets.UTF_16LE));
        Cli.run("ensemble", run, "--weights", file).failed(file, "UTF-16", "save it as UTF-8");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1,x", "1,", "1,1e400", "1,0x1p3", "1\",\"2"})
    void memberWeightsMustBeNumbers(String weights) {
        assertThat(Cli.run("ensemble", run, "--member-weights", weights)
                        .refused("--member-weights: '")
                        .err())
                .doesNotContain("picocli");
    }

    @Test
    void listOptionsMayHaveBlanksAndBeRepeated() {
        assertThat(Cli.run("ensemble", run, "--member-weights", "1, 1")
                        .succeeded()
                        .out())
                .isEqualTo(untouched);
        assertThat(Cli.run("ensemble", run, "--member-weights", "1", "--member-weights", "1")
                        .succeeded()
                        .out())
                .isEqualTo(untouched);
    }

    @Test
    void netWithAQuoteIsUnknown() {
        Cli cli = Cli.run(
                        "train", "--npz", folder.resolve("own.npz"), "--nets", "net1\"", "--out", folder.resolve("new"))
                .refused("unknown net 'net1\"'");
        assertThat(cli.err()).doesNotContain("picocli");
    }

    /** Reads a file as MedMNIST's save_results writes it. */
    @Test
    void evaluateReadsByteOrderMarks() throws IOException {
        TestVolumes.write(folder.resolve("vesselmnist3d.npz"), 8, 1, 2, 6, 4, 4);
        String scores = "0,0.9,0.1\n1,0.2,0.8\n2,0.4,0.6\n3,0.3,0.7\n";
        Path plain = Files.writeString(folder.resolve("vesselmnist3d_test_a@1.csv"), scores);
        Path marked = Files.writeString(
                folder.resolve("vesselmnist3d_test_b@1.csv"), "\uFEFF" + scores.replace("\n", "\r\n"));
        String expected = Cli.run("evaluate", "--path", plain, "--root", folder).out();
        assertThat(expected).contains("AUC 1.00000  ACC 0.75000");
        assertThat(Cli.run("evaluate", "--path", marked, "--root", folder).out())
                .isEqualTo(expected);
    }

    /** Every volume of the split has class 0. */
    @Test
    void evaluateReportsTheAccuracyOfOneClass() throws IOException {
        TestVolumes.write(folder.resolve("vesselmnist3d.npz"), 8, 1, 2, 6, 4, 1);
        Path file = Files.writeString(folder.resolve("vesselmnist3d_test_c@1.csv"), "0,0.9,0.1\n");
        assertThat(Cli.run("evaluate", "--path", file, "--root", folder).out())
                .contains(
                        "AUC -  ACC 1.00000",
                        "AUC is undefined (-): test has volumes of class 0 (vessel) only",
                        "AUC none, ACC 1.000 to 1.000");
    }
}
