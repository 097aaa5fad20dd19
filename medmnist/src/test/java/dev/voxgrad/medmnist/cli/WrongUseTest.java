package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests wrong usage of the command line, and the help. */
class WrongUseTest {
    @TempDir
    private static Path folder;

    @AfterEach
    void nothingIsLeftBehind() throws IOException {
        assertThat(Contents.of(folder).files()).containsOnlyKeys("");
    }

    private static Cli run(String line) {
        return Cli.run((Object[]) line.split(" "));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "--batch-size 0;                --batch-size is 0; at least 1",
                "--batch-size -3;               --batch-size is -3; at least 1",
                "--batch-size many;             --batch-size; 'many'",
                "--batch-size 99999999999;      --batch-size; '99999999999'",
                "--epochs 0;                    --epochs is 0; at least 1",
                "--epochs -1;                   --epochs is -1; at least 1",
                "--models 0;                    --models is 0; at least 1",
                "--models 2147483647;           --models is 2147483647; at least 1 and at most 10000",
                "--models 0;                    --models is 0; at least 1 and at most 10000",
                "--folds 2147483647;            --folds is 2147483647; at least 2 and at most 10000",
                "--epochs 2147483647;           --epochs is 2147483647; at least 1 and at most 1000000",
                "--batch-size 2147483647;       --batch-size is 2147483647; at least 1 and at most 1000000",
                "--warmup-epochs 2147483647;    --warmup-epochs is 2147483647; at most 1000000",
                "--patience 2147483647;         --patience is 2147483647; at least 1 and at most 1000000",
                "--concurrent 2147483647;       --concurrent is 2147483647; at least 1 and at most 1024",
                "--workers 2147483647;          --workers is 2147483647; at least 1 and at most 1024",
                "--checkpoint-minutes NaN;      --checkpoint-minutes is NaN; above 0",
                "--checkpoint-minutes 1e300;    --checkpoint-minutes is 1.0E300; at most a million",
                "--fast-dev-run 2147483647;     --fast-dev-run is 2147483647; at least 1 and at most 1000000",
                "--overfit-one-batch -1;        --overfit-one-batch is -1; at least 1 and at most 1000000",
                "--lr 1e300;                    --lr is 1.0E300; a positive number of at most",
                "--weight-decay NaN;            --weight-decay is NaN; zero or more",
                "--clip-norm 1e300;             --clip-norm is 1.0E300; a positive number of at most",
                "--ema NaN;                     --ema is NaN; less than 1",
                "--lr nan;                      --lr; nan",
                "--lr NaN;                      --lr is NaN; a positive number",
                "--lr 0;                        --lr is 0; a positive number",
                "--lr -0.1;                     --lr is -0.1; a positive number",
                "--lr Infinity;                 --lr is Infinity; a positive number",
                "--weight-decay -1;             --weight-decay is -1; zero or more",
                "--nets net1,net9;              unknown net 'net9'; net1, net2, net3",
                "--device tpu;                  'tpu'; auto, cpu, cuda, cuda:1 for the second GPU and so on, or "
                        + "reference",
                "--device cuda:x;               'cuda:x' is not a valid GPU name; cuda:0 is the first GPU, "
                        + "cuda:1 the second",
                "--threads 0;                   --threads is 0; at least 1",
                "--threads 100000;              --threads is 100000; at most 1024",
                "--convolution fft;             --convolution is 'fft'; auto, direct, winograd, winograd4",
                "--size 32;                     no size 32; 28, 64",
                "--augment flips;               --augment is 'flips'; torchio, centred, none",
                "--schedule linear;             --schedule is 'linear'; constant, cosine, multistep",
                "--warmup-epochs -1;            --warmup-epochs is -1; zero or more",
                "--warmup-epochs 5 --epochs 5;  --warmup-epochs is 5; less than epochs",
                "--clip-norm -1;                --clip-norm is -1.0; a positive number",
                "--patience -2;                 --patience is -2; at least 1",
                "--class-weights heavy;         --class-weights is 'heavy'; none, balanced",
                "--class-weights 1,;            --class-weights is '1,'; none, balanced",
                "--class-weights 1,0;           the weight 0.0; a positive number",
                "--class-weights 1,NaN;         the weight NaN; a positive number",
                "--ema 1;                       --ema is 1.0; less than 1",
                "--ema -0.5;                    --ema is -0.5; less than 1",
                "--seed x;                      --seed; 'x'",
                "--labels a,b;                  --labels; --npz",
                "--npz a.npz;                   --flag and --npz; exclude",
                "--epoch 3;                     Unknown options: '--epoch'; Possible solutions: --epochs",
                "extra;                         Unmatched argument; extra"
            })
    void trainRefuses(String options, String part, String other) {
        run("train --flag adrenalmnist3d --root " + folder + " --out " + folder.resolve("run") + " " + options)
                .refused(part, other);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "train;                                         Missing required argument; --out=RUN | --resume=RUN",
                "train --out OUT;                               --flag; --npz",
                "train --out OUT --flag brainmnist3d;           'brainmnist3d'; adrenalmnist3d",
                "train --out OUT --npz a.npz --download;        --download; official",
                "train --out;                                   Missing required parameter; --out",
                "trian;                                         'trian'; train",
                "--verson;                                      '--verson'; --version",
                "train --out OUT --resume OUT;                  mutually exclusive; --resume",
                "train --npz a --out OUT --members 0-4 --models 3;      --members is '0-4'; from 0 to 2",
                "train --npz a --out OUT --members 2-1 --models 3;      --members is '2-1'; from 0 to 2",
                "train --npz a --out OUT --members all;         --members is 'all'; from 0 to 14",
                "train --npz a --out OUT --checkpoint-minutes 0;        --checkpoint-minutes is 0.0; above 0",
                "predict --net net1 --out OUT;                  --net requires; --weights",
                "predict --net net9 --npz a --weights a --out OUT;      unknown net 'net9'; net3",
                "predict --net net1 --npz a --weights a --out OUT --split all;          --split; [train, val, test]",
                "predict --net net1 --npz a --weights a --out OUT --batch-size 0;       --batch-size is 0; at least 1",
                "predict --net net1 --npz a --weights OUT --out OUT;    would replace an input file; --out",
                "predict --net net1 --npz OUT --weights a --out OUT;    would replace an input file; --out",
                "ensemble;                                      Missing required parameter; 'RUN'",
                "ensemble --run OUT --weights w --best-weight 1;        --weights excludes; --best-weight",
                "evaluate;                                      Missing required option; --path",
                "info --flag brain;                             unknown data set flag 'brain'; organmnist3d",
                "download;                                      Missing required option; --flag",
                "download --flag brain;                         'brain'; organmnist3d",
                "download --flag all --size 29;                 --size is '29'; 28, 64 or all",
                "summary;                                       Missing required argument; --net=N | --augment",
                "summary --augment flips;                       --augment is 'flips'; torchio, centred, none",
                "summary --augment torchio --net net1;          mutually exclusive; --augment",
                "show --npz a --out OUT.png;                    Missing required option; --index",
                "show --npz a --index 1;                        Missing required option; --out",
                "show --index 1 --out OUT.png;                  --flag; --npz",
                "show --npz a --index 1 --out OUT.jpg;          out.jpg'; .png or .npz",
                "show --npz a --index -1 --out OUT.png;         --index is -1; 0 or more",
                "show --npz a --index 1 --draws 1001 --out OUT.png;     --draws 1001; at most 1000",
                "show --npz a --index 1 --member -1 --out OUT.png;      --member -1; 0 or more",
                "show --npz a --index 1 --augment flips --out OUT.png;  --augment is 'flips'; torchio, centred, none",
                "summary --net net4;                            unknown net 'net4'; net1, net2, net3",
                "summary --net net1 --size 3;                   at least 4 voxels along each axis; have 3³",
                "summary --net net3 --size 15;                  at least 16 voxels along each axis; have 15³",
                "summary --net net1 --size 0;                   --size is '0'; from 1 to 128",
                "summary --net net1 --size 4x8;                 --size is '4x8'; 16x48x48",
                "summary --net net1 --classes 0;                --classes 0; at least 1",
                "summary --net net1 --batch-size 2;             --batch-size; --plan only",
                "summary --net net1 --convolution auto;         --convolution; --plan only",
                "summary --net net1 --plan --convolution fft;   --convolution is 'fft'; auto, direct, winograd, winograd4",
                "summary --net net1 --plan --batch-size 0;      --batch-size is 0; at least 1",
                "summary --net net1 --plan --size 3;            at least 4 voxels along each axis; have 3³",
                "profile;                                       Missing required option; --net",
                "profile --net net4;                            unknown net 'net4'; net1, net2, net3",
                "profile --net net1 --batch-size 0;             --batch-size is 0; at least 1",
                "profile --net net1 --steps 0;                  --steps is 0; at least 1",
                "profile --net net1 --steps 2147483647;         --steps is 2147483647; at most 1000000",
                "profile --net net1 --classes 2147483647;       --classes is 2147483647; at most 10000",
                "profile --net net1 --batch-size 2147483647;    --batch-size is 2147483647; at most 1000000",
                "summary --net net1 --classes 2147483647;       --classes 2147483647; at most 10000",
                "summary --net net1 --channels 2147483647;      --channels 2147483647; 1000 channels",
                "profile --net net1 --classes 0;                --classes is 0; at least 1",
                "profile --net net1 --size 129;                 --size is '129'; from 1 to 128",
                "profile --net net1 --channels 17;              --channels is 17; at most 16",
                "profile --net net3 --size 15;                  at least 16 voxels along each axis; have 15³",
                "profile --net net1 --phase test;               --phase; [train, infer]",
                "profile --net net1 --threads 0;                --threads is 0; at least 1",
                "profile --net net1 --convolution fft;          --convolution is 'fft'; auto, direct, winograd, winograd4",
                "profile --net net1 --device reference;         runs on the CPU only; --device",
                "quickstart --device tpu;                       'tpu'; reference"
            })
    void isRefused(String line, String part, String other) {
        run(line.replace("OUT", folder.resolve("out").toString())).refused(part, other);
    }

    @Test
    void warnsOfOfficialOptionsForAFile() {
        Cli cli = run("predict --net net1 --npz " + folder.resolve("none.npz") + " --size 64 --weights w --out "
                + folder.resolve("out"));
        assertThat(cli.code()).isEqualTo(1);
        assertThat(cli.err())
                .contains("warning: --root and --size are for official sets")
                .contains("weights file w: does not exist");
    }

    @Test
    void refusesAMissingCommand() {
        Cli.run().refused("No command given", "medmnist --help");
    }

    @ParameterizedTest
    @ValueSource(strings = {"train --flag adrenalmnist3d --out OUT", "quickstart --out OUT"})
    void reportsAMissingGpu(String line) {
        run(line.replace("OUT", folder.resolve("out").toString()) + " --device cuda")
                .failed("cuda", "--device cpu");
    }

    @Test
    void referenceHasNoWinograd() {
        run("train --npz " + folder.resolve("a.npz") + " --out " + folder.resolve("out")
                        + " --device reference --convolution winograd")
                .failed("reference", "direct convolution only");
    }

    @Test
    void refusesImpossibleProfiles() {
        run("profile --net net1 --trace " + folder).failed(folder, "no plain file");
        run("profile --net net1 --trace " + folder.resolve("none/a.json")).failed("there is no folder");
        run("profile --net net1 --size 128 --batch-size 99").failed("at most 31 volumes", "lower --batch-size");
    }

    @Test
    void reportsMissingVolumes() {
        run("train --flag vesselmnist3d --size 64 --root " + folder + " --out " + folder.resolve("out"))
                .failed(folder.resolve("vesselmnist3d_64.npz"), "no such file", "medmnist download", "zenodo.org");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--debug train --lr x --out a", "train --lr x --debug --out a", "train --out a --debug"})
    void debugShowsTheTraceOfWrongUse(String line) {
        Cli cli = run(line);
        assertThat(cli.code()).isEqualTo(2);
        assertThat(cli.err()).contains("\tat ");
    }

    @Test
    void debugShowsTheTraceOfAFailure() {
        Cli cli = Cli.run("evaluate", "--path", folder.resolve("none.csv"), "--debug");
        assertThat(cli.code()).isEqualTo(1);
        assertThat(cli.err()).startsWith("medmnist: ").contains("\tat ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "quickstart",
                "available",
                "info",
                "download",
                "summary",
                "train",
                "predict",
                "ensemble",
                "evaluate",
                "profile",
                "watch"
            })
    void helpHasAnExample(String command) {
        String name = ("medmnist " + command).strip();
        Cli help = Cli.run(Stream.of(command, "--help")
                        .filter(word -> !word.isEmpty())
                        .toArray())
                .succeeded();
        assertThat(help.out()).contains("Usage: " + name).contains("Exit codes:\n  0 ");
        assertThat(help.out().lines().map(String::strip).map(line -> line.replace("Example: ", "")))
                .as("an example")
                .anyMatch(line -> line.startsWith(name) && !line.contains("["));
        assertThat(Arrays.stream(help.out().split("\n"))
                        .mapToInt(String::length)
                        .max()
                        .orElseThrow())
                .isLessThan(161);
    }

    @Test
    void version() {
        assertThat(Cli.run("--version").succeeded().out())
                .startsWith("Voxgrad medmnist ")
                .contains("Java 25");
    }

    @Test
    void availableInfoAndSummarySucceed() {
        assertThat(run("available").succeeded().out().lines()).hasSize(6);
        assertThat(run("info --flag fracturemnist3d").succeeded().out()).contains("fracturemnist3d_64.npz", "MD5");
        assertThat(run("summary --net net1 --size 4 --channels 3").succeeded().out())
                .contains("layer2.3", "total");
    }

    /** None of these connects to the network. */
    @Test
    void refusesImpossibleDownloadFolders() throws IOException {
        Path file = Files.writeString(folder.resolve("adrenalmnist3d.npz"), "mine");
        try {
            run("download --flag adrenalmnist3d --root " + folder).failed(file, "has MD5", "left as it is");
            run("download --flag adrenalmnist3d --root " + file.resolve("below"))
                    .failed(file, "cannot be made");
            run("download --flag adrenalmnist3d --root " + file).failed(file, "cannot be made");
            assertThat(file).hasContent("mine");
        } finally {
            Files.delete(file);
        }
    }
}
