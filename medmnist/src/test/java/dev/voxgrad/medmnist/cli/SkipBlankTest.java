package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.voxgrad.medmnist.baseline.MadeUpBaseline;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.npz.NpyArray;
import dev.voxgrad.medmnist.data.npz.NpzFile;
import dev.voxgrad.medmnist.data.source.DataSource;
import dev.voxgrad.medmnist.run.RunFiles;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests blank volumes in every split of an official, z-normalised set. */
class SkipBlankTest {
    @TempDir
    private Path folder;

    private Path run;

    @BeforeEach
    void write() {
        Map<String, NpyArray> arrays = TestVolumes.arrays(8, 1, 2, 12, 6, 6);
        blank(arrays, "train", 5);
        blank(arrays, "train", 7);
        blank(arrays, "val", 0);
        blank(arrays, "test", 3);
        TestVolumes.write(folder.resolve("nodulemnist3d.npz"), arrays);
        run = folder.resolve("run");
    }

    private static void blank(Map<String, NpyArray> arrays, String split, int volume) {
        Arrays.fill(arrays.get(split + "_images").bytes(), volume * 512, (volume + 1) * 512, (byte) 9);
    }

    private Cli train(Object... more) {
        Object[] words = {
            "train",
            "--flag",
            "nodulemnist3d",
            "--root",
            folder,
            "--models",
            1,
            "--nets",
            "net1",
            "--epochs",
            1,
            "--batch-size",
            4,
            "--out",
            run
        };
        Object[] all = Arrays.copyOf(words, words.length + more.length);
        System.arraycopy(more, 0, all, words.length, more.length);
        return Cli.run(all);
    }

    @Test
    void errorNamesVolumeSplitAndOption() {
        Cli refused = train();
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err()).contains("train: volume 5 is blank", "--skip-blank");
        assertThat(run).doesNotExist();
    }

    @Test
    void trainingLeavesThemOutAndRecordsIt() throws IOException {
        Cli trained = train("--skip-blank");
        assertThat(trained.code()).as(trained.err()).isZero();
        assertThat(trained.err())
                .contains(
                        "train has 2 blank of 12 volumes (5, 7), which are left out",
                        "val has 1 blank of 6 volumes (0), which are left out",
                        "test has 1 blank of 6 volumes (3), which count as zeros");
        assertThat(trained.out()).contains("10/5/6 volumes");
        assertThat(run.resolve("run.json")).content().contains("\"skipBlank\" : true");
        assertThat(Cli.run("train", "--resume", run, "--epochs", 2).out()).contains("10/5/6 volumes");
    }

    /** MedMNIST's evaluator counts rows, so it can read the file. */
    @Test
    void resultFilesHaveARowForEveryVolume() throws IOException {
        train("--skip-blank");
        for (String split : List.of("val", "test")) {
            assertThat(Cli.run("ensemble", run, "--split", split, "--weights", "stacked", "--tta", 1)
                            .out())
                    .contains(split + " split, 6 volumes (1 of them blank, taken as zeros)");
        }
        try (var files = Files.list(run.resolve("results"))) {
            for (Path file : files.toList()) {
                assertThat(Files.readAllLines(file)).hasSize(6);
                assertThat(Cli.run("evaluate", "--path", file, "--root", folder).out())
                        .contains("6 volumes  AUC");
            }
        }
        Cli.run("report", run);
        assertThat(run.resolve("report.html"))
                .content()
                .contains("--skip-blank", "6 volumes (1 of them blank, taken as zeros) of 8³ voxels");
    }

    /** A baseline takes volume 0 of val, too; its other predictions are right, unless they are assigned to neighbours. */
    @Test
    void weightsCanBeFittedToABaseline() throws IOException {
        train("--skip-blank");
        DataSource source = RunFiles.open(run).info().data();
        VolumeData data = source.load(note -> {});
        Path baseline = folder.resolve("baseline");
        MadeUpBaseline.writeTruth(baseline, source, data, 0);
        Path out = folder.resolve("combined");
        Cli cli = Cli.run(
                "ensemble", run, "--with", baseline, "--weights", "validation-auc", "--temperature", "--out", out);
        assertThat(cli.code()).as(cli.err()).isZero();
        assertThat(Files.readString(out.resolve("summary.csv"))).containsPattern(",weighted,.* 1\\.0,");
    }

    /** Without contrast, z-normalisation turns a volume of any grey value into zeros. */
    @Test
    void showsABlankVolumeAsZeros() {
        Path out = folder.resolve("v.npz");
        Cli shown = Cli.run(
                "show",
                "--flag",
                "nodulemnist3d",
                "--root",
                folder,
                "--skip-blank",
                "--split",
                "test",
                "--index",
                3,
                "--augment",
                "torchio",
                "--draws",
                3,
                "--out",
                out);
        assertThat(shown.code()).as(shown.err()).isZero();
        try (NpzFile file = NpzFile.open(out)) {
            assertThat(file.read("volume").toFloats()).containsOnly(0);
            assertThat(file.read("draws").toFloats()).containsOnly(0);
        }
    }

    @Test
    void refusesASplitOfBlankVolumesOnly() {
        Map<String, NpyArray> arrays = TestVolumes.arrays(8, 1, 2, 12, 2, 6);
        blank(arrays, "val", 0);
        blank(arrays, "val", 1);
        TestVolumes.write(folder.resolve("nodulemnist3d.npz"), arrays);
        Cli refused = train("--skip-blank");
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err()).contains("val: every volume is blank");
    }
}
