package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Document;
import org.xml.sax.SAXException;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests {@code lr-find} on small volumes. */
class LrFindCommandTest {
    private static final int SECONDS = 120;

    @TempDir
    private static Path shared;

    private static Path volumes;

    @TempDir
    private Path folder;

    @BeforeAll
    static void makeVolumes() {
        volumes = TestVolumes.write(shared.resolve("<own> & volumes.npz"), 8, 1, 2, 24, 4, 4);
    }

    private List<Object> words(String name, Object... more) {
        List<Object> words = new ArrayList<>(List.of("lr-find", "--npz", volumes, "--out", folder.resolve(name)));
        words.addAll(Arrays.asList(more));
        if (!words.contains("--batch-size")) {
            words.addAll(List.of("--batch-size", 8));
        }
        return words;
    }

    private Cli find(String name, Object... more) {
        return Cli.run(words(name, more).toArray());
    }

    private List<String> csv(String name) throws IOException {
        return Files.readAllLines(folder.resolve(name + ".csv"));
    }

    private Document page(String name) throws IOException {
        try {
            return DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(folder.resolve(name + ".html").toFile());
        } catch (SAXException | ParserConfigurationException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void writesAllPointsAndAChart() throws IOException {
        Cli cli = find("one", "--steps", 60, "--from", "1e-6", "--to", 0.1, "--augment", "none")
                .succeeded();
        Matcher suggested = Pattern.compile("Suggested: --lr (\\S+)").matcher(cli.out());
        assertThat(suggested.find()).as(cli.out()).isTrue();
        double rate = Double.parseDouble(suggested.group(1));
        assertThat(rate).isBetween(1e-6, 0.1);
        List<String> lines = csv("one");
        assertThat(lines.getFirst()).isEqualTo("step,learning_rate,loss,smoothed_loss");
        assertThat(lines.get(1)).startsWith("1,1.0E-6,");
        assertThat(cli.out())
                .contains(
                        "step 1/60",
                        "Ended after step " + (lines.size() - 1) + " of 60",
                        folder.resolve("one.csv").toString());
        assertThat(cli.out().lines().filter(line -> line.startsWith("step "))).hasSizeBetween(2, 11);
        String text = page("one").getDocumentElement().getTextContent();
        assertThat(text)
                .contains(
                        "net1 on <own> & volumes.npz",
                        "Suggested: --lr " + suggested.group(1),
                        "10⁻⁶",
                        "10⁻¹",
                        "learning rate, logarithmic",
                        "24 volumes to train on");
        assertThat(Files.readString(folder.resolve("one.html"))).doesNotContain("http://localhost", "<script", "src=");
        try (var files = Files.list(folder)) {
            assertThat(files).as("no other files").hasSize(2);
        }
    }

    @Test
    void dependsOnSeedButNotOnThreads() throws IOException {
        find("one", "--steps", 8, "--seed", 3, "--threads", 1).succeeded();
        find("two", "--steps", 8, "--seed", 3, "--threads", 3).succeeded();
        find("other", "--steps", 8, "--seed", 4).succeeded();
        assertThat(csv("two")).isEqualTo(csv("one"));
        assertThat(folder.resolve("two.html")).hasSameTextualContentAs(folder.resolve("one.html"));
        assertThat(csv("other")).isNotEqualTo(csv("one"));
    }

    /** If an epoch is one batch, the first loss of the test is member 0's training loss of its first epoch. */
    @Test
    void startsLikeMemberZeroOfARun() throws IOException {
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
                        "net2",
                        "--epochs",
                        1,
                        "--batch-size",
                        24,
                        "--seed",
                        7)
                .succeeded();
        find("test", "--net", "net2", "--steps", 2, "--batch-size", 24, "--seed", 7)
                .succeeded();
        String[] epoch = Files.readAllLines(run.resolve("history.csv")).get(1).split(",");
        assertThat(csv("test").get(1).split(",")[2]).isEqualTo(epoch[3]);
    }

    @Test
    void usesAllVolumesIfFewerThanABatch() throws IOException {
        Cli cli = find("small", "--batch-size", 32, "--steps", 3).succeeded();
        assertThat(cli.out())
                .contains(
                        "24 volumes, fewer than --batch-size 32: each step uses all of them",
                        "Too few points to suggest a rate: 3")
                .doesNotContain("Suggested");
        assertThat(csv("small")).hasSize(4);
        assertThat(page("small").getDocumentElement().getTextContent())
                .contains("Too few points")
                .doesNotContain("Suggested");
    }

    @Test
    void divergenceEndsTheTest() throws IOException {
        Cli cli = find("wild", "--from", 1, "--to", "1e30", "--steps", 50).succeeded();
        assertThat(cli.out()).containsPattern("Ended after step \\d+ of 50, .*(4 times its lowest|NaN or infinite)");
        assertThat(csv("wild").size()).isLessThan(51);
        assertThat(page("wild").getElementsByTagName("figure").getLength()).isEqualTo(1);
    }

    @Test
    void doesNotWriteIntoARun() throws IOException {
        Path run = folder.resolve("run");
        Cli.run("train", "--npz", volumes, "--out", run, "--models", 1, "--nets", "net1", "--epochs", 1)
                .succeeded();
        Contents before = Contents.of(run);
        find("run/history").refused("contains a run, which must not be changed");
        find("run/weights/rates").refused("contains a run, which must not be changed");
        find("test", "--steps", 2, "--init-weights", run.resolve("weights/member-00-net1-best.safetensors"))
                .succeeded();
        assertThat(Contents.of(run)).isEqualTo(before);
    }

    @Test
    void signalKeepsThePointsSoFar() throws IOException, InterruptedException {
        Path log = folder.resolve("log");
        Process process = ChildTraining.start(
                log, List.of(), words("far", "--steps", 100000).toArray());
        try {
            while (process.isAlive() && !Files.readString(log).contains("step 1/")) {
                Thread.sleep(20);
            }
            process.destroy();
            assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).as(Files.readString(log)).isEqualTo(143);
        int points = csv("far").size() - 1;
        assertThat(points).isBetween(1, 99_999);
        assertThat(Files.readString(log)).contains("Ended after step " + points + " of 100000", "it was stopped");
        assertThat(page("far").getElementsByTagName("figure").getLength()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "--from 1 --to 1;      --from is 1.0; less than the last rate, --to 1.0",
                "--from 0;             --from is 0.0; a positive number",
                "--to -1;              --to is -1.0; a positive number",
                "--steps 1;            --steps is 1; expected 2 to 1000000",
                "--batch-size 0;       --batch-size is 0; expected at least 1",
                "--weight-decay -1;    --weight-decay is -1.0; zero or more",
                "--augment flips;      --augment is 'flips'; torchio, centred, none",
                "--net net9;           unknown net 'net9'; net1, net2, net3",
                "--flag vesselmnist3d; --flag and --npz exclude each other; --help"
            })
    void refusesWrongUse(String options, String part, String other) throws IOException {
        find("none", (Object[]) options.split(" ")).refused(part, other);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void refusesImpossibleFiles() {
        find("no/such/folder").failed("there is no folder");
        find("test", "--init-weights", folder.resolve("none")).failed(folder.resolve("none"));
        find("test", "--net", "net1", "--npz", folder.resolve("none.npz")).refused("--npz");
    }
}
