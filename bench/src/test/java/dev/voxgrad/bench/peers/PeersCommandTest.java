package dev.voxgrad.bench.peers;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

import dev.voxgrad.bench.peers.Reading.Measured;
import dev.voxgrad.bench.step.EngineException;
import dev.voxgrad.bench.step.EngineName;
import dev.voxgrad.bench.step.StepCase;
import dev.voxgrad.medmnist.nets.study.StudyNet;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests the command line with engines that answer at once. */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
class PeersCommandTest {
    @TempDir
    private Path folder;

    private final List<String> measured = new ArrayList<>();
    private int peaks;
    private boolean peakFails;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Engines engines = (engine, work, threads) -> {
        measured.add(engine.flag() + " " + work + " " + threads);
        return Samples.reading(
                switch (engine) {
                    case VOXGRAD -> 100;
                    case LIBTORCH -> 250;
                    default -> 700;
                },
                900);
    };

    /** Measures an engine on a case. */
    @FunctionalInterface
    private interface Engines {
        Reading run(EngineName engine, StepCase work, int threads);
    }

    private EngineRunner runner() {
        return new EngineRunner() {
            @Override
            public Reading run(EngineName engine, StepCase work, int threads) {
                return engines.run(engine, work, threads);
            }

            @Override
            public double peakFlop(int threads) {
                if (peakFails) {
                    throw new EngineException("peak ended with exit code 1: out of memory", null);
                }
                peaks++;
                return 1e9 * peaks;
            }
        };
    }

    private int run(String line) {
        return PeersCommand.execute(_ -> runner(), new PrintWriter(out), new PrintWriter(err), line.split(" +"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "--nets 4;                      unknown net 'net4'; net1, net2, net3",
                "--nets x;                      unknown net 'x'; net1, net2, net3",
                "--nets 1 --channels 0;         net1 with 0 channels; at least 1",
                "--instructions sse;            --instructions is 'sse'; expected native, avx2",
                "--instructions avx2;           --instructions avx2 does not limit onnxruntime; leave it out,",
                "--engines voxgrad,jax;         engine is 'jax'; expected voxgrad, libtorch, libtorch-untuned, "
                        + "onnxruntime, nd4j",
                "--allocator mimalloc;          unknown allocator 'mimalloc'; auto, tcmalloc, jemalloc, glibc",
                "--threads 0;                   --threads is 0; at least 1",
                "--threads 4096;                --threads is 4096; cores",
                "--threads many;                --threads; 'many'",
                "--rounds 0;                    --rounds is 0; at least 1",
                "--nets 3 --size 15;            net3 at size 15; from 16",
                "--nets 1 --size 500;           net1 at size 500; to 128",
                "--batch 0;                     batch 0; at least 1",
                "--size 128 --batch 64;         at most 31; --batch",
                "--cases 1:64;                  '1:64'; net, size and batch",
                "--cases 1:64:x;                '1:64:x'; is not an integer",
                "--cases 1:64:4 --nets 1;       --cases excludes; --nets",
                "--svgs a;                      Unknown options; --svgs"
            })
    void rejectsWrongUse(String options, String part, String other) {
        assertThat(run(options)).isEqualTo(2);
        assertThat(err.toString())
                .startsWith("peers: ")
                .contains(part, other, "Try 'peers --help'.")
                .doesNotContain("\tat ", "Exception");
        assertThat(measured).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"--json", "--markdown", "--svg"})
    void findsUnwritableFilesBeforeMeasuring(String option) {
        assertThat(run(option + " " + folder.resolve("none/file"))).isEqualTo(1);
        assertThat(err.toString())
                .startsWith("peers: ")
                .contains("none/file", "there is no folder")
                .hasLineCount(1);
        assertThat(measured).isEmpty();
    }

    @Test
    void enginesTakeTurnsInEveryRound() {
        assertThat(run("--engines voxgrad,libtorch --cases 1:8:2,net2:8:2 --threads 1 --rounds 2"))
                .isZero();
        assertThat(err.toString()).isEmpty();
        List<String> round = List.of(
                "voxgrad net1 8^3 x2 1", "libtorch net1 8^3 x2 1", "voxgrad net2 8^3 x2 1", "libtorch net2 8^3 x2 1");
        assertThat(measured).hasSize(8);
        assertThat(measured.subList(0, 4)).isEqualTo(round);
        assertThat(measured.subList(4, 8)).isEqualTo(round);
        assertThat(out.toString()).contains("round 2/2", "s left", "done", "**Training step, ms**", "2.50");
    }

    @Test
    void everyRoundMeasuresThePeakAndTheHighestCounts() {
        assertThat(run("--engines voxgrad --cases 1:8:2 --threads 1 --rounds 2"))
                .isZero();
        assertThat(out.toString())
                .contains("round 1/2  peak  1 GFLOP/s", "round 2/2  peak  2 GFLOP/s")
                .contains("The peak is 2 GFLOP/s: what a thread does of fused multiply-adds");
    }

    @Test
    void withoutAPeakNothingIsMeasured() {
        peakFails = true;
        assertThat(run("--engines voxgrad --cases 1:8:2 --threads 1 --rounds 1"))
                .isEqualTo(1);
        assertThat(err.toString())
                .startsWith("peers: peak ended with exit code 1")
                .hasLineCount(1);
        assertThat(measured).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "'';                             net1 28^3 x32, net2 28^3 x32, net3 28^3 x32, net1 64^3 x4",
                "--nets 1;                      net1 28^3 x32, net1 64^3 x4",
                "--nets 2,net3,2;               net2 28^3 x32, net3 28^3 x32",
                "--nets 1 --size 32;            net1 32^3 x32",
                "--batch 2;                     net1 28^3 x2, net2 28^3 x2, net3 28^3 x2",
                "--nets net2,resnet50-acs --size 8 --batch 2; net2 8^3 x2, resnet50-acs 8^3 x2"
            })
    void cases(String options, String expected) {
        assertThat(run(("--engines voxgrad --threads 1 --rounds 1 " + options).strip()))
                .isZero();
        assertThat(measured.stream().map(job -> job.replaceAll("^voxgrad | 1$", "")))
                .containsExactly(expected.split(", "));
    }

    @Test
    void comparesWithTunedLibtorch() {
        assertThat(run("--cases 1:8:2 --threads 1 --rounds 1 --allocator glibc"))
                .isZero();
        assertThat(measured)
                .containsExactly(
                        "voxgrad net1 8^3 x2 1",
                        "libtorch net1 8^3 x2 1",
                        "libtorch-untuned net1 8^3 x2 1",
                        "onnxruntime net1 8^3 x2 1");
        assertThat(out.toString())
                .contains(
                        "Allocator of the tuned libtorch: glibc.",
                        "| net1 8^3 x2 |     100 |      250 |              700 |           - |               2.50 |"
                                + "                     - |",
                        "**libtorch / voxgrad, median (lowest–highest case): 2.50 in training, 2.50 in inference.**");
        assertThat(out.toString().replace('\n', ' '))
                .contains("libtorch is tuned: allocator glibc,", "libtorch-untuned is as installed.");
    }

    @Test
    void withoutLibtorchMentionsNoAllocator() {
        assertThat(run("--engines voxgrad --cases 1:8:2 --threads 1 --rounds 1"))
                .isZero();
        assertThat(out.toString()).doesNotContain("llocator", "libtorch");
    }

    @Test
    void runnerGetsTheChosenAllocator() {
        List<Allocator> chosen = new ArrayList<>();
        assertThat(PeersCommand.execute(
                        surroundings -> {
                            chosen.add(surroundings.allocator().allocator());
                            return runner();
                        },
                        new PrintWriter(out),
                        new PrintWriter(err),
                        "--allocator",
                        "glibc",
                        "--cases",
                        "1:8:2",
                        "--rounds",
                        "1"))
                .isZero();
        assertThat(chosen).containsExactly(Allocator.GLIBC);
    }

    @Test
    void writesWhatItPrints() throws IOException {
        Path json = folder.resolve("a.json");
        Path markdown = folder.resolve("a.md");
        Path svg = folder.resolve("a.svg");
        assertThat(run("--engines voxgrad,libtorch --cases 1:8:2 --threads 1 --rounds 1 --json " + json + " --markdown "
                        + markdown + " --svg " + svg))
                .isZero();
        assertThat(new JsonMapper().readTree(Files.readString(json)).size()).isEqualTo(4);
        assertThat(out.toString()).endsWith(Files.readString(markdown));
        assertThat(svg).content().startsWith("<svg").contains("250 ms, 120 %  (2.5×)");
    }

    @Test
    void everyCaseThatIsOverIsInTheFiles() throws IOException {
        Path markdown = folder.resolve("a.md");
        Engines sound = engines;
        List<String> before = new ArrayList<>();
        engines = (engine, work, threads) -> {
            before.add(Files.exists(markdown) ? read(markdown) : "");
            return sound.run(engine, work, threads);
        };
        assertThat(run("--engines voxgrad,libtorch --cases 1:8:2,2:8:2 --rounds 2 --markdown " + markdown))
                .isZero();
        String first = "| net1 8^3 x2 |     100 |      250 |               2.50 |";
        assertThat(before.subList(0, 2)).containsOnly("");
        assertThat(before.subList(2, 4)).allMatch(text -> text.contains(first) && !text.contains("| net2"));
        assertThat(before.subList(4, 8)).allMatch(text -> text.contains(first) && text.contains("| net2"));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void withoutMeasurementsThereIsNoReport() {
        engines = (engine, work, threads) -> {
            throw new EngineException(engine.flag() + " on " + work + " fell over", null);
        };
        Path json = folder.resolve("a.json");
        assertThat(run("--engines voxgrad,libtorch --cases 1:28:32 --rounds 2 --json " + json))
                .isEqualTo(1);
        assertThat(err.toString().lines())
                .containsExactly(
                        "peers: voxgrad on net1 28^3 x32 fell over", "peers: libtorch on net1 28^3 x32 fell over");
        assertThat(out.toString()).doesNotContain("**Training", "round 2/2");
        assertThat(json).doesNotExist();
    }

    @Test
    void skipsFailedEngineAndContinuesWithOthers() throws IOException {
        Engines sound = engines;
        engines = (engine, work, threads) -> {
            Reading reading = sound.run(engine, work, threads);
            if (engine == EngineName.LIBTORCH && work.net() == StudyNet.NET1) {
                throw new EngineException("libtorch on net1 ended with exit code 1:\nout of memory\n\tat Native", null);
            }
            return reading;
        };
        Path json = folder.resolve("a.json");
        Path svg = folder.resolve("a.svg");
        assertThat(run("--engines voxgrad,libtorch --cases 1:8:2,2:8:2 --threads 1 --rounds 2 --json " + json
                        + " --svg " + svg))
                .isEqualTo(1);
        assertThat(measured)
                .as("not tried again in round 2")
                .containsExactly(
                        "voxgrad net1 8^3 x2 1",
                        "libtorch net1 8^3 x2 1",
                        "voxgrad net2 8^3 x2 1",
                        "libtorch net2 8^3 x2 1",
                        "voxgrad net1 8^3 x2 1",
                        "voxgrad net2 8^3 x2 1",
                        "libtorch net2 8^3 x2 1");
        assertThat(out.toString().lines().filter(line -> line.startsWith("round") && line.contains("failed")))
                .singleElement()
                .asString()
                .matches("round 1/2  net1 8\\^3 x2 +libtorch +failed: "
                        + "libtorch on net1 ended with exit code 1: out of memory");
        assertThat(out.toString())
                .contains(
                        "| net1 8^3 x2 |     100 |   failed |                  - |",
                        "| net2 8^3 x2 |     100 |      250 |               2.50 |");
        assertThat(err.toString())
                .isEqualTo("peers: libtorch on net1 ended with exit code 1:\nout of memory\n\tat Native"
                        + System.lineSeparator());
        assertThat(new JsonMapper()
                        .readTree(Files.readString(json))
                        .valueStream()
                        .map(row -> row.get("engine").asString() + " "
                                + row.get("net").asString())
                        .distinct())
                .containsExactly("voxgrad net1", "voxgrad net2", "libtorch net2");
        assertThat(svg).content().contains(">failed<").containsPattern(">250 ms, [0-9]+ %  \\(2.5×\\)<");
    }

    @Test
    void nanLossMeansNoRealWork() {
        Measured measured = new Measured(new double[] {1}, 1, new Usage(1, 0, 0, 0), "");
        engines = (engine, work, threads) -> new Reading("1", measured, measured, 0.7, Double.NaN, Map.of(), List.of());
        assertThat(run("--engines voxgrad,libtorch --cases 1:28:32 --rounds 2")).isEqualTo(1);
        assertThat(err.toString())
                .contains(
                        "voxgrad on net1 28^3 x32 does no real work",
                        "libtorch on net1 28^3 x32 does no real work",
                        "NaN")
                .hasLineCount(2);
        assertThat(out.toString()).containsPattern("voxgrad +failed: ").doesNotContain("**Training");
    }

    @Test
    void help() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString().replaceAll("\\s+", " "))
                .contains(
                        "Usage: peers",
                        "peers --nets 1 --rounds 1",
                        "Some of voxgrad, libtorch, libtorch-untuned, onnxruntime, nd4j.",
                        "--allocator",
                        "'libtorch-untuned' is as installed, with nets as the official code writes them.",
                        "Exit code: 0 done, 1 it failed, 2 wrong use.");
    }
}
