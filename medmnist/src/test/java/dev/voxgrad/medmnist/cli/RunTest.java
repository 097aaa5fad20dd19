package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** Tests a whole run on small volumes: train, ensemble, predict. */
class RunTest {
    @TempDir
    private static Path folder;

    private static Path volumes;
    private static Path run;
    private static Cli training;

    @BeforeAll
    static void train() {
        volumes = TestVolumes.write(folder.resolve("own.npz"), 9, 1, 3, 50, 21, 24);
        run = folder.resolve("run");
        training = train(run, "--threads", 2);
        assertThat(training.err()).isEmpty();
        assertThat(training.code()).isZero();
    }

    private static Cli train(Path out, Object... more) {
        List<Object> arguments = new ArrayList<>(List.of(
                "train",
                "--npz",
                volumes,
                "--labels",
                "low,middle,high",
                "--out",
                out,
                "--models",
                3,
                "--nets",
                "net1,net2",
                "--epochs",
                3,
                "--batch-size",
                16,
                "--seed",
                7));
        arguments.addAll(Arrays.asList(more));
        return Cli.run(arguments.toArray());
    }

    private static List<String[]> rows(Path csv) throws IOException {
        return Files.readAllLines(csv).stream()
                .skip(1)
                .map(line -> line.split(","))
                .toList();
    }

    private static Path weights(Path of, String name) {
        return of.resolve("weights").resolve(name + ".safetensors");
    }

    /** Threads of a command would keep its memory in use; here, many commands run in one JVM. */
    @Test
    void deviceThreadsEndWithTheCommand() throws InterruptedException {
        Cli.run(
                        "predict",
                        "--npz",
                        volumes,
                        "--labels",
                        "low,middle,high",
                        "--net",
                        "net1",
                        "--weights",
                        weights(run, "member-00-net1-best"),
                        "--out",
                        folder.resolve("scores.csv"),
                        "--threads",
                        3)
                .succeeded();
        for (int i = 0; i < 100 && workers() > 0; i++) {
            Thread.sleep(10);
        }
        assertThat(workers()).isZero();
    }

    private static long workers() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("voxgrad-worker"))
                .count();
    }

    @Test
    void tablesHaveEveryEpochAndMember() throws IOException {
        List<String[]> history = rows(run.resolve("history.csv"));
        assertThat(Files.readAllLines(run.resolve("history.csv")).getFirst())
                .isEqualTo("member,net,epoch,train_loss,val_auc,val_acc");
        assertThat(history).hasSize(9);
        assertThat(history.get(5)).startsWith("1", "net2", "3");
        assertThat(history.get(6)).startsWith("2", "net1", "1");
        List<String[]> timings = rows(run.resolve("timings.csv"));
        assertThat(timings).hasSize(9);
        assertThat(timings.get(5)).startsWith("1", "net2", "3");
        List<String[]> members = rows(run.resolve("members.csv"));
        assertThat(members).hasSize(3);
        for (int m = 0; m < 3; m++) {
            List<String[]> epochs = history.subList(3 * m, 3 * m + 3);
            int best = 0;
            for (int e = 1; e < 3; e++) {
                best = auc(epochs.get(e)) >= auc(epochs.get(best)) ? e : best;
            }
            assertThat(members.get(m))
                    .startsWith(
                            "" + m,
                            m == 1 ? "net2" : "net1",
                            "adamw",
                            "0.001",
                            "5.0E-4",
                            "" + (best + 1),
                            epochs.get(best)[4]);
            assertThat(members.get(m)[7]).isEqualTo(epochs.get(best)[5]);
            assertThat(members.get(m)[8]).isEqualTo(epochs.get(2)[4]);
        }
        assertThat(training.out()).contains("member 2 net1  epoch 3/3").contains("done in");
    }

    @Test
    void runJsonRecordsHowItWasComputed() throws IOException {
        Path direct = folder.resolve("direct");
        assertThat(Cli.run(
                                "train",
                                "--npz",
                                volumes,
                                "--out",
                                direct,
                                "--models",
                                1,
                                "--nets",
                                "net1",
                                "--epochs",
                                1,
                                "--convolution",
                                "direct",
                                "--no-fusion")
                        .code())
                .isZero();
        assertThat(Files.readString(run.resolve("run.json")))
                .contains("\"convolution\" : \"auto\"", "vectors, auto convolution", "\"fusion\" : true");
        assertThat(Files.readString(direct.resolve("run.json")))
                .contains("\"convolution\" : \"direct\"", "\"fusion\" : false");
    }

    private static double auc(String[] row) {
        return Double.parseDouble(row[4]);
    }

    @Test
    void lossFallsAndMembersDiffer() throws IOException {
        List<String[]> history = rows(run.resolve("history.csv"));
        assertThat(Double.parseDouble(history.get(2)[3])).isLessThan(Double.parseDouble(history.get(0)[3]));
        assertThat(Files.readAllBytes(weights(run, "member-00-net1-last")))
                .isNotEqualTo(Files.readAllBytes(weights(run, "member-02-net1-last")));
    }

    @Test
    void dependsOnSeedButNotOnThreads() throws IOException {
        Path one = folder.resolve("one-thread");
        Path other = folder.resolve("other-seed");
        assertThat(train(one, "--threads", 1, "--workers", 3).code()).isZero();
        assertThat(Cli.run(
                                "train",
                                "--npz",
                                volumes,
                                "--out",
                                other,
                                "--models",
                                1,
                                "--nets",
                                "net1",
                                "--epochs",
                                1,
                                "--seed",
                                8)
                        .code())
                .isZero();
        int compared = 0;
        try (Stream<Path> files = Files.list(run.resolve("weights"))) {
            for (Path file : files.toList()) {
                assertThat(Files.mismatch(file, one.resolve("weights").resolve(file.getFileName())))
                        .isEqualTo(-1);
                compared++;
            }
        }
        assertThat(compared).isEqualTo(6);
        assertThat(Files.mismatch(weights(run, "member-00-net1-best"), weights(other, "member-00-net1-best")))
                .isNotEqualTo(-1);
    }

    /** Computes the ensemble's scores from the logits that predict writes for each model. */
    @Test
    void ensembleIsSoftmaxOfWeightedMeanLogits() throws IOException {
        double[][] mean = new double[24][3];
        double total = 0;
        for (String name : List.of("member-00-net1", "member-01-net2", "member-02-net1")) {
            for (String kind : List.of("last", "best")) {
                double weight = (kind.equals("last") ? 0.5 : 1.5) * (name.contains("01") ? 3 : 1);
                total += weight;
                Path out = folder.resolve("logits.csv");
                assertThat(Cli.run(
                                        "predict",
                                        "--net",
                                        name.substring(10),
                                        "--weights",
                                        weights(run, name + "-" + kind),
                                        "--npz",
                                        volumes,
                                        "--split",
                                        "test",
                                        "--logits",
                                        "--out",
                                        out)
                                .code())
                        .isZero();
                List<String> lines = Files.readAllLines(out);
                assertThat(lines).hasSize(24);
                for (int i = 0; i < 24; i++) {
                    String[] fields = lines.get(i).split(",");
                    assertThat(fields).hasSize(4);
                    assertThat(fields[0]).isEqualTo("" + i);
                    for (int c = 0; c < 3; c++) {
                        mean[i][c] += weight * Double.parseDouble(fields[c + 1]);
                    }
                }
            }
        }
        int right = 0;
        for (int i = 0; i < 24; i++) {
            int best = 0;
            for (int c = 1; c < 3; c++) {
                best = mean[i][c] / total > mean[i][best] / total ? c : best;
            }
            right += best == i % 3 ? 1 : 0;
        }
        Path weightsFile = Files.writeString(folder.resolve("weights.txt"), "member.1 = 3\n");
        Cli ensemble = Cli.run("ensemble", "--run", run, "--weights", weightsFile);
        assertThat(ensemble.err()).isEmpty();
        assertThat(ensemble.code()).isZero();
        List<String[]> summary = rows(run.resolve("summary.csv"));
        String[] weighted = summary.get(summary.size() - 2);
        assertThat(weighted).contains("weighted", "test", "0.5", "1.5", "1.0 3.0 1.0");
        assertThat(Double.parseDouble(weighted[10])).isCloseTo(right / 24.0, within(1e-12));
        assertThat(summary.getLast()).contains("uniform");
        assertThat(ensemble.out()).contains("Confusion matrix", "middle", "weighted", "uniform");
    }

    @Test
    void scoresAreProbabilitiesForAnyBatchSize() throws IOException {
        List<List<String>> results = new ArrayList<>();
        for (int batch : new int[] {1, 32}) {
            Path out = folder.resolve("scores-" + batch + ".csv");
            assertThat(Cli.run(
                                    "predict",
                                    "--net",
                                    "net1",
                                    "--weights",
                                    weights(run, "member-00-net1-best"),
                                    "--npz",
                                    volumes,
                                    "--split",
                                    "val",
                                    "--out",
                                    out,
                                    "--batch-size",
                                    batch)
                            .code())
                    .isZero();
            results.add(Files.readAllLines(out));
        }
        assertThat(results.get(0)).hasSize(21).isEqualTo(results.get(1));
        for (String line : results.get(0)) {
            double sum = Arrays.stream(line.split(","))
                    .skip(1)
                    .mapToDouble(Double::parseDouble)
                    .sum();
            assertThat(sum).isCloseTo(1, within(1e-12));
        }
    }

    @Test
    void startsFromGivenWeightsInFileOrder() throws IOException {
        Path start = weights(run, "member-00-net1-best");
        Path first = folder.resolve("fine-1");
        Path second = folder.resolve("fine-2");
        for (Path out : List.of(first, second)) {
            // Two seeds: with given weights, no shuffling and no augmentation, nothing is random.
            int seed = out == first ? 1 : 2;
            assertThat(Cli.run(
                                    "train",
                                    "--npz",
                                    volumes,
                                    "--out",
                                    out,
                                    "--models",
                                    1,
                                    "--nets",
                                    "net1",
                                    "--epochs",
                                    1,
                                    "--init-weights",
                                    start,
                                    "--no-shuffle",
                                    "--augment",
                                    "none",
                                    "--seed",
                                    seed)
                            .code())
                    .isZero();
        }
        assertThat(Files.mismatch(weights(first, "member-00-net1-last"), weights(second, "member-00-net1-last")))
                .isEqualTo(-1);
    }
}
