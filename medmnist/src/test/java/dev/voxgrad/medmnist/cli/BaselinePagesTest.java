package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.voxgrad.medmnist.baseline.MadeUpBaseline;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.source.DataSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Reports a baseline, and shows it in a benchmark. */
class BaselinePagesTest {
    @TempDir
    private static Path folder;

    private static Path volumes;
    private static Path baseline;

    @BeforeAll
    static void write() {
        volumes = TestVolumes.write(folder.resolve("own <b>.npz"), 8, 1, 2, 24, 12, 20);
        baseline = folder.resolve("a baseline");
        DataSource source = DataSource.file(volumes, List.of());
        VolumeData data = source.load(note -> {});
        MadeUpBaseline.writeTruth(baseline, source, data, 1);
    }

    @Test
    void thePageHasResultsChoiceCandidatesAndImportance() throws IOException {
        Path made = folder.resolve("made");
        Object[] words = {"--features", "grid7", "--models", "logistic", "--folds", 3};
        List<Object> command = new ArrayList<>(List.of("baseline", "--npz", volumes, "--out", made));
        command.addAll(List.of(words));
        Cli.run(command.toArray()).succeeded();
        assertThat(Cli.run("report", made).succeeded().out()).contains("report.html");
        String page = Files.readString(made.resolve("report.html"));
        assertThat(page)
                .contains("own &lt;b&gt;.npz", "train, out of fold", "validation split")
                .contains("grid7/logistic:", "ensemble, chosen again without each fold")
                .contains("in 3 folds of train", "Val and test had no part in it")
                .contains("The 20 most important of 343 features", "Increase of the log-loss")
                .doesNotContain("ResNet", "<b>");
        Path elsewhere = folder.resolve("page.html");
        Cli.run("report", made, "--out", elsewhere).succeeded();
        assertThat(elsewhere).hasContent(page);

        Files.delete(made.resolve("predictions/val.npy"));
        Cli.run("report", made).succeeded();
        assertThat(Files.readString(made.resolve("report.html")))
                .contains("Not measured: there are no validation volumes");
    }

    @Test
    void theBenchmarkKeepsTheRowOfTheBaseline() throws IOException {
        Path out = folder.resolve("benchmark");
        String first = Cli.run("benchmark", "--show", "--baseline", baseline, "--out", out, "--npz", volumes)
                .succeeded()
                .out();
        assertThat(first).contains("auto-sklearn*", "0.950", "of the baseline a baseline", "Hand-made features");
        assertThat(Cli.run("benchmark", "--show", "--out", out).succeeded().out())
                .isEqualTo(first);
        assertThat(Files.readString(out.resolve("benchmark.csv"))).contains("baseline,a baseline,auto-sklearn,");
        assertThat(Cli.run("report", out).succeeded().out()).contains("benchmark.html");
        Files.writeString(out.resolve("baseline-row.json"), "{\"kind\":\"BASELINE\"}");
        Cli.run("benchmark", "--show", "--out", out).failed("baseline-row.json");
    }

    @Test
    void refusesPredictionsOfOtherVolumes() {
        Path others = TestVolumes.write(folder.resolve("others.npz"), 8, 1, 2, 24, 12, 21);
        Cli report = Cli.run("report", baseline, "--npz", others, "--out", folder.resolve("other.html"));
        assertThat(report.code()).isEqualTo(1);
        assertThat(report.err()).contains("has changed since", "others.npz");
        Cli.run("benchmark", "--show", "--baseline", folder, "--out", folder.resolve("b"))
                .failed("contains no baseline");
    }
}
