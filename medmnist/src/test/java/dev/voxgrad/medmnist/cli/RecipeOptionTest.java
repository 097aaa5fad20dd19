package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.voxgrad.medmnist.data.npz.NpyArray;
import dev.voxgrad.medmnist.data.npz.NpzFile;
import dev.voxgrad.medmnist.nets.Nets;
import dev.voxgrad.medmnist.run.RunFiles;
import dev.voxgrad.medmnist.train.settings.TrainSettings;
import dev.voxgrad.medmnist.train.settings.TrainingRecipe;
import dev.voxgrad.nn.weights.WeightsFile;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests {@code --recipe} and the options for its parts, from training to scores. */
class RecipeOptionTest {
    private static final int EDGE = 8;
    private static final int VOXELS = EDGE * EDGE * EDGE;

    @TempDir
    private static Path shared;

    private static Path volumes;
    /** A run of the official recipe, with the transform for masks. */
    private static Path official;

    @TempDir
    private Path folder;

    private Path run;

    @BeforeAll
    static void trainByTheOfficialRecipe() {
        volumes = TestVolumes.write(shared.resolve("volumes.npz"), EDGE, 1, 2, 24, 12, 6);
        official = shared.resolve("official");
        train(official, "--recipe", "medmnist", "--shape-transform", "--epochs", 2)
                .succeeded();
    }

    @BeforeEach
    void place() {
        run = folder.resolve("run");
    }

    private static Cli train(Path out, Object... more) {
        List<Object> words = new ArrayList<>(
                List.of("train", "--npz", volumes, "--out", out, "--models", 1, "--nets", "net1", "--batch-size", 8));
        words.addAll(Arrays.asList(more));
        return Cli.run(words.toArray());
    }

    private static TrainSettings settings(Path of) {
        return RunFiles.open(of).info().settings();
    }

    private static Path weights(Path of) {
        return of.resolve("weights/member-00-net1-best.safetensors");
    }

    @Test
    void recordsEveryPart() {
        TrainSettings expected = TrainingRecipe.MEDMNIST
                .settings(RunFiles.open(official).info().data())
                .models(1)
                .nets(List.of(Nets.named("net1")))
                .epochs(2)
                .batchSize(8)
                .build();
        assertThat(settings(official))
                .isEqualTo(expected.toBuilder()
                        .preparation(expected.preparation().withShapeTransform())
                        .build());
    }

    @Test
    void statusAndReportShowIt() throws IOException {
        assertThat(Cli.run("status", official).succeeded().out())
                .contains("recipe medmnist: Adam, learning rate 0.001, multistep, weight decay 0.0, batches of 8; "
                        + "volumes: values from 0 to 1, times 0.5, in training times a number drawn from U[0,1), grey "
                        + "in three equal channels; augmentation none; start: random, i3d; first of equal epochs");
        Cli.run("report", official, "--out", folder.resolve("report.html")).succeeded();
        assertThat(Files.readString(folder.resolve("report.html")))
                .contains(
                        "<dd>medmnist</dd>",
                        "in training times a number drawn from U[0,1)",
                        "--recipe medmnist --normalise none --rgb --shape-transform --scale 0.5 --start i3d --ties "
                                + "first --schedule multistep");
    }

    @Test
    void studyStaysTheDefault() {
        train(run, "--epochs", 1).succeeded();
        assertThat(settings(run))
                .isEqualTo(TrainSettings.builder()
                        .models(1)
                        .nets(List.of(Nets.named("net1")))
                        .epochs(1)
                        .batchSize(8)
                        .build());
    }

    /** Of the official sets, the recipe knows which are masks; a user's file does not say. */
    @ParameterizedTest
    @CsvSource({"adrenalmnist3d,true", "vesselmnist3d,true", "organmnist3d,false", "nodulemnist3d,false"})
    void masksOfOfficialSetsAreTransformed(String flag, boolean masks) throws IOException {
        int classes = flag.startsWith("organ") ? 11 : 2;
        Path file = TestVolumes.write(folder.resolve(flag + ".npz"), EDGE, 1, classes, 24, 12, 12);
        Cli cli = Cli.run(
                "train",
                "--flag",
                flag,
                "--root",
                file.getParent(),
                "--recipe",
                "medmnist",
                "--models",
                1,
                "--nets",
                "net1",
                "--epochs",
                1,
                "--out",
                run);
        assertThat(cli.code()).as(cli.err()).isZero();
        assertThat(settings(run).preparation().shapeTransform()).isEqualTo(masks);
        assertThat(settings(run).preparation().scale()).isEqualTo(masks ? 0.5 : 1);
    }

    @Test
    void volumesWithThreeChannelsPassAsTheyAre() {
        Path colour = TestVolumes.write(folder.resolve("colour.npz"), EDGE, 3, 2, 24, 12, 6);
        for (String rgb : new String[] {"--rgb", "--no-rgb"}) {
            Cli.run(
                            "show",
                            "--npz",
                            colour,
                            "--index",
                            0,
                            "--normalise",
                            "none",
                            rgb,
                            "--out",
                            folder.resolve(rgb + ".npz"))
                    .succeeded();
        }
        assertThat(folder.resolve("--rgb.npz")).hasSameBinaryContentAs(folder.resolve("--no-rgb.npz"));
    }

    @Test
    void optionsOverrideTheRecipe() {
        train(
                        run,
                        "--recipe",
                        "medmnist",
                        "--epochs",
                        1,
                        "--optimizer",
                        "sgd",
                        "--weight-decay",
                        0.1,
                        "--lr",
                        0.01,
                        "--schedule",
                        "constant",
                        "--augment",
                        "centred",
                        "--normalize",
                        "z",
                        "--no-rgb",
                        "--start",
                        "default",
                        "--ties",
                        "latest")
                .succeeded();
        String words = settings(run).words();
        assertThat(words)
                .isEqualTo("recipe medmnist: SGD with momentum 0.9, learning rate 0.01, constant, weight decay 0.1, "
                        + "batches of 8; volumes: z-normalised; augmentation centred; start: random; latest of equal "
                        + "epochs");
    }

    /** The factors of both epochs are those of a run that was never interrupted, for any number of threads. */
    @Test
    void resumedRunEndsWithTheSameBytes() throws IOException {
        Object[] recipe = {"--recipe", "medmnist", "--shape-transform", "--schedule", "constant"};
        Path whole = folder.resolve("whole");
        List<Object> words = new ArrayList<>(Arrays.asList(recipe));
        words.addAll(List.of("--epochs", 2, "--workers", 3, "--threads", 2));
        train(whole, words.toArray()).succeeded();
        words.set(words.indexOf(2), 1);
        words.set(words.indexOf(3), 1);
        train(run, words.toArray()).succeeded();
        Cli.run("train", "--resume", run, "--epochs", 2, "--recipe", "medmnist").succeeded();
        assertThat(ChildTraining.outcome(run)).isEqualTo(ChildTraining.outcome(whole));
    }

    @ParameterizedTest
    @CsvSource({
        "--recipe study,'--recipe is study, but the run was started with medmnist'",
        "--normalise z --no-shape-transform,'--normalise is z, but the run was started with none'",
        "--no-rgb,'--rgb is false, but the run was started with true'",
        "--no-shape-transform,'--scale is 1.0, but the run was started with 0.5'",
        "--scale 0.4,'--scale is 0.4, but the run was started with 0.5'",
        "--start default,'--start is default, but the run was started with i3d'",
        "--ties latest,'--ties is latest, but the run was started with first'"
    })
    void partsCannotChangeWhenResumed(String options, String message) {
        List<Object> words = new ArrayList<>(List.of("train", "--resume", official));
        words.addAll(List.of(options.split(" ")));
        Cli.run(words.toArray()).refused(message, "A resumed run keeps its settings");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "--recipe official | --recipe is 'official'; expected study, medmnist",
                "--normalise maybe | --normalise is 'maybe'; expected study, z, none",
                "--start imagenet | --start is 'imagenet'; expected default, i3d",
                "--ties both | --ties is 'both'; expected first, latest",
                "--scale 0 | --scale is 0.0; expected a positive number",
                "--normalise z --shape-transform | --normalise is z; expected none, as z-normalisation would undo",
                "--recipe medmnist --shape-transform --normalise z | or add --no-shape-transform and --scale 1",
                "--nets net1,resnet18-3d | add --recipe study or --recipe medmnist"
            })
    void contradictionsAreExplained(String options, String message) {
        train(run, (Object[]) options.split(" ")).refused(message);
        assertThat(run).doesNotExist();
    }

    /** Whether the study z-normalises volumes is known only with the data: its own message, as early as possible. */
    @Test
    void factorsAreRefusedForVolumesThatTheStudyNormalises() {
        train(run, "--scale", 0.5).failed("volumes.npz: volumes are z-normalised", "add --normalise none");
        assertThat(run).doesNotExist();
    }

    @Test
    void blankVolumesNeedNoOptionWithoutNormalisation() {
        var arrays = TestVolumes.arrays(EDGE, 1, 2, 24, 12, 6);
        byte[] voxels = new byte[24 * VOXELS]; // all black
        arrays.put("train_images", NpyArray.ofBytes(voxels, 24, EDGE, EDGE, EDGE));
        Path blank = TestVolumes.write(folder.resolve("blank.npz"), arrays);
        Cli.run("train", "--npz", blank, "--nets", "net1", "--fast-dev-run").failed("is blank");
        Cli.run("train", "--npz", blank, "--nets", "net1", "--recipe", "medmnist", "--fast-dev-run")
                .succeeded();
        Cli.run("train", "--npz", blank, "--nets", "net1", "--normalise", "none", "--skip-blank", "--fast-dev-run")
                .succeeded();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--fast-dev-run", "--overfit-one-batch"})
    void trialsUseTheRecipe(String trial) {
        Cli cli = Cli.run(
                "train",
                "--npz",
                volumes,
                "--nets",
                "net1",
                "--recipe",
                "medmnist",
                "--shape-transform",
                "--batch-size",
                4,
                trial);
        assertThat(cli.out()).contains("net1");
        assertThat(cli.err()).doesNotContain("channels");
        assertThat(cli.code()).isLessThanOrEqualTo(1); // four volumes of noise may not be learned within 200 steps
    }

    private String predicted(Path file, Object... more) throws IOException {
        List<Object> words = new ArrayList<>(List.of(
                "predict", "--npz", volumes, "--net", "net1", "--weights", file, "--out", folder.resolve("s.csv")));
        words.addAll(Arrays.asList(more));
        Cli.run(words.toArray()).succeeded();
        return Files.readString(folder.resolve("s.csv"));
    }

    /** Weights that say nothing about volumes, as those of others. */
    private Path bare() {
        Path file = folder.resolve("bare.safetensors");
        new WeightsFile(WeightsFile.read(weights(official)).tensors()).write(file);
        return file;
    }

    @Test
    void predictPreparesVolumesAsInTraining() throws IOException {
        Path moved = Files.copy(weights(official), folder.resolve("moved.safetensors"));
        String scores = predicted(weights(official));
        assertThat(predicted(moved)).isEqualTo(scores);
        assertThat(predicted(bare(), "--recipe", "medmnist", "--shape-transform"))
                .isEqualTo(scores);
        assertThat(predicted(bare(), "--normalise", "none", "--rgb", "--scale", 0.5))
                .isEqualTo(scores);
        assertThat(predicted(bare(), "--recipe", "medmnist")).isNotEqualTo(scores);
        Cli.run("ensemble", "--run", official).succeeded();
    }

    @Test
    void predictWarnsOfAnotherPreparation() {
        Cli cli = Cli.run(
                "predict",
                "--npz",
                volumes,
                "--net",
                "net1",
                "--weights",
                weights(official),
                "--scale",
                0.25,
                "--out",
                folder.resolve("s.csv"));
        assertThat(cli.code()).isZero();
        assertThat(cli.err())
                .contains("volumes are prepared in this way: values from 0 to 1, times 0.25", "trained with: ");
    }

    @Test
    void showDrawsWhatTheRecipeMakes() {
        Path out = folder.resolve("shown.npz");
        Cli cli = Cli.run(
                        "show",
                        "--npz",
                        volumes,
                        "--index",
                        1,
                        "--recipe",
                        "medmnist",
                        "--shape-transform",
                        "--draws",
                        2,
                        "--out",
                        out)
                .succeeded();
        assertThat(cli.out())
                .contains("values from 0 to 1, times 0.5")
                .containsPattern("draw 1 {2}brightness, factor 0\\.\\d+\n");
        try (NpzFile file = NpzFile.open(out);
                NpzFile stored = NpzFile.open(volumes)) {
            assertThat(file.read("volume").shape()).containsExactly(3, EDGE, EDGE, EDGE);
            assertThat(file.read("draws").shape()).containsExactly(2, 3, EDGE, EDGE, EDGE);
            float[] volume = file.read("volume").toFloats();
            float[] voxels = stored.read("train_images").toFloats();
            for (int i = 0; i < volume.length; i++) {
                assertThat(volume[i]).isEqualTo(voxels[VOXELS + i % VOXELS] / 255f * 0.5f);
            }
        }
    }

    @Test
    void learningRateTestUsesTheRecipe() throws IOException {
        Cli.run(
                        "lr-find",
                        "--npz",
                        volumes,
                        "--recipe",
                        "medmnist",
                        "--batch-size",
                        4,
                        "--steps",
                        5,
                        "--out",
                        folder.resolve("lr"))
                .succeeded();
        assertThat(Files.readString(folder.resolve("lr.html")))
                .contains("Adam, weight decay 0.0", "values from 0 to 1, grey in three equal channels");
    }

    @Test
    void resNetsTakeThreeChannelsByDefault() {
        assertThat(Cli.run("summary", "--net", "resnet18-3d", "--size", 8)
                        .succeeded()
                        .out())
                .contains("33,144,258"); // 33,140,802 of one channel, and 3,456
        assertThat(Cli.run("summary", "--net", "resnet18-3d", "--size", 8, "--channels", 1)
                        .succeeded()
                        .out())
                .contains("33,140,802");
    }

    @Test
    void helpNamesRecipesAndNets() {
        String help = Cli.run("train", "--help").succeeded().out().replaceAll("\\s+", " ");
        assertThat(help)
                .contains("--recipe=NAME", "--[no-]rgb", "--[no-]shape-transform", "--ties=WHICH", "--start=HOW")
                .contains("Default: medmnist for the ResNets, study for all other nets")
                .contains("after E/2 and again after 3E/4, both rounded down");
        String unbroken = help.replace(" ", ""); // lines also end at hyphens
        Nets.all().forEach(net -> assertThat(unbroken).contains(net.name()));
    }
}
