package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.nets.Nets;
import dev.voxgrad.nn.Layer;
import dev.voxgrad.nn.weights.WeightsFile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** Tests {@code watch}. */
class WatchCommandTest {
    @TempDir
    private static Path shared;

    private static Path volumes;

    @TempDir
    private Path folder;

    @BeforeAll
    static void makeVolumes() {
        volumes = TestVolumes.write(shared.resolve("volumes.npz"), 8, 1, 2, 4, 4, 4);
    }

    private static JsonNode data(Path page) throws IOException {
        Matcher json = Pattern.compile("<script type=\"application/json\" id=\"data\">(.*?)</script>", Pattern.DOTALL)
                .matcher(Files.readString(page));
        assertThat(json.find()).isTrue();
        return JsonMapper.shared().readTree(json.group(1));
    }

    /** An epoch of one batch is one step, so its loss is that of the step, and its last weights are the step's. */
    @ParameterizedTest
    @CsvSource({"--fused, --debug", "--debug, --no-fusion"})
    void stepIsTheTrainersFirst(String watchOption, String trainOption) throws IOException {
        Path run = folder.resolve("run");
        Cli.run(
                        "train",
                        "--npz",
                        volumes,
                        "--out",
                        run,
                        "--models",
                        1,
                        "--nets",
                        "net1",
                        "--epochs",
                        1,
                        "--batch-size",
                        4,
                        "--seed",
                        7,
                        "--device",
                        "cpu",
                        trainOption)
                .succeeded();
        Path page = folder.resolve("a page.html");
        Cli cli = Cli.run(
                        "watch",
                        "--net",
                        "net1",
                        "--npz",
                        volumes,
                        "--batch-size",
                        4,
                        "--seed",
                        7,
                        "--threads",
                        1,
                        "--out",
                        page,
                        watchOption)
                .succeeded();
        assertThat(cli.out())
                .contains("device cpu: 1 thread", "net1 on ", "the loss of its batch went from", page.toString());
        JsonNode data = data(page);
        String[] epoch = Files.readAllLines(run.resolve("history.csv")).get(1).split(",");
        assertThat(data.get("head").get("loss").asDouble()).isEqualTo(Double.parseDouble(epoch[3]));
        checkWeights(data, run.resolve("weights/member-00-net1-last.safetensors"));
    }

    private static void checkWeights(JsonNode data, Path weights) {
        try (CpuDevice device = new CpuDevice(1)) {
            Layer net = Nets.named("net1").build(device, new VolumeShape(1, 8), 2);
            WeightsFile.load(net, weights);
            int compared = 0;
            for (JsonNode frame : data.get("frames")) {
                if (frame.get("phase").asString().equals("UPDATE")) {
                    double squares = 0;
                    for (float value :
                            net.parameters().get(frame.get("title").asString()).toArray()) {
                        squares += (double) value * value;
                    }
                    assertThat(frame.get("values").get(2).get("norm").asDouble())
                            .as(frame.get("title").asString())
                            .isCloseTo(Math.sqrt(squares), within(1e-12));
                    compared++;
                }
            }
            assertThat(compared).isEqualTo(net.parameters().size());
        }
    }

    @Test
    void labelsCannotBecomeMarkup() throws IOException {
        Path page = folder.resolve("page.html");
        Cli.run(
                        "watch",
                        "--net",
                        "net1",
                        "--npz",
                        volumes,
                        "--labels",
                        "</script><script>alert(1)</script>,b",
                        "--out",
                        page,
                        "--sources",
                        "https://example.org/x")
                .succeeded();
        String text = Files.readString(page);
        assertThat(Pattern.compile("<script").matcher(text).results()).hasSize(2);
        assertThat(data(page).get("head").get("sources").asString()).isEqualTo("https://example.org/x/");
    }

    @Test
    void linksLeadFromThePageToTheSources() throws IOException {
        Path page = folder.resolve("page.html");
        Path root = Path.of("..").toAbsolutePath().normalize();
        Cli.run("watch", "--net", "net1", "--npz", volumes, "--out", page, "--sources", root)
                .succeeded();
        JsonNode data = data(page);
        String base = data.get("head").get("sources").asString();
        for (JsonNode frame : data.get("frames")) {
            String file = frame.get("source").get("file").asString();
            assertThat(Path.of(page.toUri().resolve(base + file))).exists();
            assertThat(frame.get("source").get("line").asInt()).isGreaterThan(1);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "watch;                                     --net; --op",
                "watch --net net1 --op conv3d;              mutually exclusive; --net",
                "watch --net net4;                          unknown net 'net4'; net1, net2, net3",
                "watch --op relu;                           --op is 'relu'; expected conv3d",
                "watch --op conv3d --channels 0;            --channels is 0; at least 1",
                "watch --op conv3d --edge 33;               --edge is 33; at most 32",
                "watch --op conv3d --fused;                 --fused is for --net; leave it out",
                "watch --op conv3d --batch-size 4;          --batch-size is for --net; leave it out",
                "watch --op conv3d --recipe study;          --recipe is for --net; leave it out",
                "watch --op conv3d --flag synthetic;        --flag is for --net; leave it out",
                "watch --net net1 --edge 3;                 --edge is for --op; leave it out",
                "watch --net net1 --batch-size 0;           --batch-size is 0; at least 1",
                "watch --net net1 --batch-size 17;          only 16 volumes; --batch-size is 17",
                "watch --net net1 --size 1000;              --size; edge",
                "watch --net net1 --lr -1;                  --lr; -1",
                "watch --net net1 --augment flips;          --augment is 'flips'; torchio",
                "watch --net net1 --convolution fft;        --convolution is 'fft'; auto, direct",
                "watch --net net1 --threads 0;              --threads is 0; at least 1",
                "watch --net net1 --out step.txt;           --out is 'step.txt'; .html",
                "watch --net net1 --sources nowhere;        --sources is 'nowhere'; engine/src/main/java",
                "watch --net net1 --sources javascript:x;   --sources is 'javascript:x'; https://"
            })
    void refusesWrongUse(String words, String part, String other) {
        Cli.run((Object[]) words.split(" ")).refused(part, other);
    }

    @Test
    void refusesImpossibleFiles() {
        Cli.run("watch", "--net", "net1", "--out", folder.resolve("none/page.html"))
                .failed("there is no folder");
    }
}
