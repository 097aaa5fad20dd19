package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.voxgrad.medmnist.data.npz.NpyArray;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests files that lack a split: commands that can do without it work, and others say what is missing. */
class PartialSetsTest {
    @TempDir
    private Path folder;

    private Path with(String name, String... splits) {
        Map<String, NpyArray> arrays = TestVolumes.arrays(8, 1, 2, 8, 4, 6);
        arrays.keySet().removeIf(array -> !List.of(splits).contains(array.replaceFirst("_.*", "")));
        return TestVolumes.write(folder.resolve(name), arrays);
    }

    private Cli train(Path npz, Path run) {
        return Cli.run(
                "train",
                "--npz",
                npz,
                "--nets",
                "net1",
                "--models",
                1,
                "--epochs",
                1,
                "--batch-size",
                4,
                "--threads",
                1,
                "--out",
                run);
    }

    private Cli predict(Path npz, Path run, String split) {
        Path weights = run.resolve("weights").resolve("member-00-net1-last.safetensors");
        return Cli.run(
                "predict",
                "--npz",
                npz,
                "--net",
                "net1",
                "--weights",
                weights,
                "--split",
                split,
                "--threads",
                1,
                "--out",
                folder.resolve("scores.csv"));
    }

    @Test
    void trainsWithoutTestAndPredictsWithNothingElse() throws IOException {
        Path run = folder.resolve("run");
        Cli trained = train(with("train.npz", "train", "val"), run).succeeded();
        assertThat(trained.out()).contains("train.npz: 8/4/- volumes of [1,8,8,8]");
        Path whole = folder.resolve("whole");
        train(with("whole.npz", "train", "val", "test"), whole).succeeded();
        Path weights = Path.of("weights", "member-00-net1-best.safetensors");
        assertThat(run.resolve(weights)).hasSameBinaryContentAs(whole.resolve(weights));

        predict(with("test.npz", "test"), run, "test").succeeded();
        String alone = Files.readString(folder.resolve("scores.csv"));
        assertThat(alone.lines()).hasSize(6);
        predict(folder.resolve("whole.npz"), run, "test").succeeded();
        assertThat(folder.resolve("scores.csv")).hasContent(alone);

        Cli.run("ensemble", run, "--split", "val").succeeded();
        Cli.run("report", run, "--split", "val").succeeded();
        assertThat(Files.readString(run.resolve("report.html"))).contains("8/4/- volumes to train");
        Cli.run("ensemble", run)
                .failed(
                        "train.npz: has no test split, which medmnist ensemble --split test needs",
                        "test_images and test_labels",
                        "train, val");
        Cli.run("report", run).failed("medmnist report --split test needs");
        predict(folder.resolve("test.npz"), run, "val")
                .failed("test.npz: has no val split, which medmnist predict --split val needs");
    }

    @Test
    void triesOutAndCrossValidatesWithoutTest() {
        Path npz = with("train.npz", "train", "val");
        Object[] common = {"train", "--npz", npz, "--nets", "net1", "--models", 1, "--batch-size", 4, "--threads", 1};
        Cli tried = Cli.run(
                Stream.concat(Stream.of(common), Stream.of("--fast-dev-run")).toArray());
        assertThat(tried.code()).as(tried.err()).isZero();
        Path run = folder.resolve("run");
        Object[] folds = {"--folds", 2, "--epochs", 1, "--out", run};
        Cli trained = Cli.run(Stream.concat(Stream.of(common), Stream.of(folds)).toArray());
        assertThat(trained.code()).as(trained.err()).isZero();
    }

    /** The labels of the split in the result file's name are all that it needs. */
    @Test
    void evaluatesAResultOfTheOnlySplit() throws IOException {
        with("adrenalmnist3d.npz", "test");
        Path result = Files.writeString(
                folder.resolve("adrenalmnist3d_test@run1.csv"),
                "0,0.9,0.1\n1,0.2,0.8\n2,0.7,0.3\n3,0.4,0.6\n4,0.6,0.4\n5,0.1,0.9\n");
        Cli cli = Cli.run("evaluate", "--path", result, "--root", folder);
        assertThat(cli.code()).as(cli.err()).isZero();
        assertThat(cli.out()).contains("6 volumes  AUC 1.00000");
        assertThat(cli.err()).contains("train/val/test counts -/-/6 instead of 1188/98/298");
        Path other = Files.move(result, folder.resolve("adrenalmnist3d_val@run1.csv"));
        Cli missing = Cli.run("evaluate", "--path", other, "--root", folder);
        assertThat(missing.code()).isEqualTo(1);
        assertThat(missing.err()).contains("has no val split, which medmnist evaluate of adrenalmnist3d_val@run1.csv");
    }

    @Test
    void trainingNeedsTrainAndVal() {
        train(with("test.npz", "val", "test"), folder.resolve("run"))
                .failed("has no train split, which medmnist train needs", "train_images and train_labels", "val, test");
        train(with("train.npz", "train", "test"), folder.resolve("run"))
                .failed("has no val split, which medmnist train needs", "val_images and val_labels");
    }

    @Test
    void showsAndSearchesRatesWithOneSplit() {
        Path train = with("train.npz", "train");
        Cli.run("show", "--npz", train, "--index", 0, "--out", folder.resolve("v.png"))
                .succeeded();
        Cli.run("show", "--npz", train, "--split", "val", "--index", 0, "--out", folder.resolve("v.png"))
                .failed("has no val split, which medmnist show --split val needs");
        Cli.run("lr-find", "--npz", train, "--steps", 12, "--batch-size", 4, "--out", folder.resolve("rates"))
                .succeeded();
        Cli.run("info", "--npz", train, "--check");
    }

    /** A label file of a test split may lack a class that the run has. */
    @Test
    void predictsATestSplitThatLacksAClass() throws IOException {
        Path run = folder.resolve("run");
        train(with("train.npz", "train", "val"), run).succeeded();
        Map<String, NpyArray> arrays = TestVolumes.arrays(8, 1, 2, 1, 1, 6);
        arrays.keySet().removeIf(name -> !name.startsWith("test"));
        arrays.put("test_labels", NpyArray.ofLongs(new long[6], 6));
        Cli cli = predict(TestVolumes.write(folder.resolve("healthy.npz"), arrays), run, "test");
        assertThat(cli.code()).as(cli.err()).isZero();
        assertThat(cli.out()).contains("6 volumes", "AUC -");
        assertThat(Files.readAllLines(folder.resolve("scores.csv"))).hasSize(6);
    }

    /** Nothing is chosen by test, so that its window must be known. */
    @Test
    void aTestSplitOfFloatsNeedsAWindow() {
        Map<String, NpyArray> arrays = TestVolumes.arrays(8, 1, 2, 1, 1, 6);
        arrays.keySet().removeIf(name -> !name.startsWith("test"));
        NpyArray images = arrays.get("test_images");
        arrays.put("test_images", NpyArray.ofFloats(images.toFloats(), images.shape()));
        Path npz = TestVolumes.write(folder.resolve("floats.npz"), arrays);
        Path out = folder.resolve("v.png");
        Cli.run("show", "--npz", npz, "--split", "test", "--index", 0, "--out", out)
                .failed("test_images is float32", "no train and val", "--window LO,HI");
        assertThat(Cli.run("show", "--npz", npz, "--split", "test", "--index", 0, "--window", "0,255", "--out", out)
                        .code())
                .isZero();
    }
}
