package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** Tests the table and the file of a small net's profile. */
class ProfileCommandTest {
    private static final int STEPS = 3;

    @TempDir
    private static Path folder;

    private static List<String> table;
    private static JsonNode trace;

    @BeforeAll
    static void profile() throws IOException {
        Path file = folder.resolve("trace.json");
        Cli cli = Cli.run(
                        "profile",
                        "--net",
                        "net1",
                        "--size",
                        8,
                        "--batch-size",
                        4,
                        "--threads",
                        2,
                        "--steps",
                        STEPS,
                        "--no-fusion",
                        "--trace",
                        file)
                .succeeded();
        table = cli.out().lines().toList();
        assertThat(table.getLast()).contains("trace.json");
        trace = JsonMapper.shared().readTree(Files.readString(file));
    }

    /** Returns the row that starts with this text, ignoring the number of blanks. */
    private static String row(String start) {
        return table.stream()
                .filter(line -> line.replaceAll(" +", " ").startsWith(start))
                .findFirst()
                .orElseThrow();
    }

    private static double milliseconds(String row) {
        return Double.parseDouble(row.substring(53, 64).strip());
    }

    private static List<String> rows() {
        return table.subList(table.indexOf(row("layer ")) + 1, table.indexOf(row("total ")));
    }

    @Test
    void tableHasARowForEveryPassAndAddsUp() {
        assertThat(rows()).hasSize(48).allMatch(line -> milliseconds(line) >= 0);
        assertThat(row("layer1.3 conv3d gradWeight winograd")).contains("%");
        assertThat(row("layer1.0 conv3d forward direct-few")).contains("%");
        assertThat(row(" optimizer update")).contains("%");
        double sum =
                rows().stream().mapToDouble(ProfileCommandTest::milliseconds).sum();
        double total = milliseconds(row("total 48 rows"));
        assertThat(sum).as("sum of 48 rounded rows").isCloseTo(total, within(48 * 0.0005));
        assertThat(milliseconds(row("step measured"))).isCloseTo(total + milliseconds(row("between")), within(0.002));
        assertThat(table.subList(1, table.size() - 1)).allMatch(line -> line.length() <= 120);
        assertThat(table.get(1)).startsWith("net1, training step of 4 volumes [1,8,8,8]: ");
        assertThat(table.get(2)).startsWith("peak, measured: ").contains("GFLOP/s on one thread", "on 2", "GB/s read");
        assertThat(String.join(" ", table)).contains("executed  FLOP that are", "of the measured bandwidth");
    }

    private static List<JsonNode> events(String category) {
        return StreamSupport.stream(trace.get("traceEvents").spliterator(), false)
                .filter(event -> event.path("cat").asString("").equals(category))
                .toList();
    }

    @Test
    void fileContainsStepsPassesAndThreads() {
        List<JsonNode> steps = events("step");
        assertThat(steps).hasSize(STEPS);
        assertThat(events("forward")).hasSize(STEPS * 20);
        assertThat(events("gradInput")).hasSize(STEPS * 3);
        assertThat(events("update")).hasSize(STEPS * 20);
        Map<Integer, String> threads = new HashMap<>();
        for (JsonNode event : trace.get("traceEvents")) {
            if (event.get("ph").asString().equals("M")) {
                threads.put(
                        event.get("tid").asInt(), event.get("args").get("name").asString());
                continue;
            }
            assertThat(event.get("ph").asString()).isEqualTo("X");
            assertThat(event.get("dur").asDouble()).isPositive();
            assertThat(event.get("ts").asDouble()).isNotNegative();
            assertThat(event.get("pid").asInt()).isEqualTo(1);
        }
        assertThat(threads)
                .hasSizeBetween(1, 2)
                .containsValue(Thread.currentThread().getName());
        assertThat(trace.get("otherData").get("device").asString()).startsWith("cpu: 2 threads");
        assertThat(trace.get("otherData").get("settings"))
                .hasToString("{\"net\":\"NET1\",\"batch\":4,\"channels\":1,\"edge\":8,\"classes\":2,\"train\":true,"
                        + "\"steps\":3}");
        JsonNode arguments = events("gradWeight").getFirst().get("args");
        assertThat(arguments.get("algorithm").asString()).isEqualTo("winograd");
        assertThat(arguments.get("layer").asString()).isEqualTo("layer2.3");
        assertThat(arguments.get("inputs").get(0).asString()).isEqualTo("[4,64,4,4,4]");
        assertThat(arguments.get("direct FLOP").asLong()).isEqualTo(2L * 27 * 64 * 64 * 4 * 64);
    }

    /** Spans that are not nested do not overlap, so their sum is at most the step. */
    @Test
    void passesAreWithinTheirSteps() {
        for (JsonNode step : events("step")) {
            double start = step.get("ts").asDouble();
            double end = start + step.get("dur").asDouble();
            double sum = 0;
            int count = 0;
            for (String pass : List.of("forward", "backward", "update")) {
                for (JsonNode event : events(pass)) {
                    double from = event.get("ts").asDouble();
                    if (from >= start && from < end) {
                        assertThat(from + event.get("dur").asDouble()).isLessThanOrEqualTo(end + 0.001);
                        sum += event.get("dur").asDouble();
                        count++;
                    }
                }
            }
            assertThat(count).isEqualTo(20 + 20 + 20);
            assertThat(sum).isLessThanOrEqualTo(end - start + 0.001);
        }
    }

    /** Fused layers have a row for each of their kernels. */
    @Test
    void fusedLayersHaveRows() throws IOException {
        Path floor = folder.resolve("floor.md");
        Cli cli = Cli.run("profile", "--net", "net1", "--size", 4, "--batch-size", 2, "--steps", 1, "--floor", floor)
                .succeeded();
        assertThat(cli.out().replaceAll(" +", " "))
                .contains("layer1.0-6 conv3d 2 backward winograd", "layer2.0-6 normRelu forward", "floor.md")
                .doesNotContain("convBlock");
        assertThat(Files.readString(floor).replaceAll(" +", " "))
                .contains("times its floor", "| layer1 backward |", "| layer1.0-6 conv3d 2 backward winograd |");
    }

    @Test
    void inferenceHasNoGradients() {
        Cli cli = Cli.run(
                        "profile",
                        "--net",
                        "net1",
                        "--size",
                        4,
                        "--channels",
                        3,
                        "--batch-size",
                        2,
                        "--threads",
                        1,
                        "--steps",
                        1,
                        "--phase",
                        "infer",
                        "--no-fusion",
                        "--convolution",
                        "direct")
                .succeeded();
        assertThat(cli.out())
                .contains("net1, inference of 2 volumes [3,4,4,4]", "layer1.6    maxPool3d")
                .doesNotContain("backward ", "gradWeight", "optimizer", "winograd ");
    }
}
