package dev.voxgrad.bench.peers;

import java.io.StringReader;
import java.util.List;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;

import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import dev.voxgrad.bench.peers.Comparison.Job;
import dev.voxgrad.bench.step.EngineName;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests the JSON, Markdown and SVG reports. */
class ReportTest {
    private final Comparison comparison = Samples.comparison();

    @Test
    void jsonHasARowPerEngineCaseAndPhase() {
        JsonNode rows = new JsonMapper().readTree(JsonReport.of(comparison, 2));
        assertThat(rows.size()).isEqualTo(8);
        JsonNode row = rows.get(2);
        assertThat(row.propertyNames())
                .containsExactlyInAnyOrder(
                        "engine",
                        "net",
                        "phase",
                        "channels",
                        "size",
                        "batch",
                        "threads",
                        "median_ms",
                        "min_ms",
                        "max_ms",
                        "gflop",
                        "peak_gflops",
                        "peak_share",
                        "peak_rss_mb",
                        "user_ms",
                        "system_ms",
                        "minor_faults",
                        "major_faults",
                        "version",
                        "settings",
                        "environment",
                        "environment_cleared");
        assertThat(row.get("engine").asString()).isEqualTo("libtorch");
        assertThat(row.get("net").asString()).isEqualTo("net1");
        assertThat(row.get("phase").asString()).isEqualTo("train");
        assertThat(row.get("size").asInt()).isEqualTo(28);
        assertThat(row.get("batch").asInt()).isEqualTo(32);
        assertThat(row.get("threads").asInt()).isEqualTo(2);
        assertThat(row.get("median_ms").asDouble()).isEqualTo(1400);
        assertThat(row.get("min_ms").asDouble()).isEqualTo(800);
        assertThat(row.get("max_ms").asDouble()).isEqualTo(2000);
        assertThat(row.get("gflop").asDouble()).isEqualTo(206.36);
        assertThat(row.get("peak_gflops").asDouble()).isEqualTo(500);
        assertThat(row.get("peak_share").asDouble()).isEqualTo(0.2948);
        assertThat(row.get("peak_rss_mb").asLong()).isEqualTo(1520);
        assertThat(row.get("user_ms").asDouble()).as("the rounds' median").isEqualTo(1.6 * 1400);
        assertThat(row.get("system_ms").asDouble()).isEqualTo(0.4 * 1400);
        assertThat(row.get("minor_faults").asDouble()).isEqualTo(1000);
        assertThat(row.get("major_faults").asDouble()).isEqualTo(2);
        assertThat(row.get("version").asString()).isEqualTo("1.2");
        assertThat(row.get("settings").toString()).as("the same in both rounds").isEqualTo("[\"contiguous\"]");
        assertThat(row.get("environment").toString()).isEqualTo("{\"OMP_NUM_THREADS\":\"2\"}");
        assertThat(row.get("environment_cleared").toString()).isEqualTo("[\"MALLOC_ARENA_MAX\"]");
        assertThat(rows.get(3).get("settings").get(0).asString()).isEqualTo("channels_last_3d");
        assertThat(rows.get(3).get("system_ms").asDouble()).isZero();
        assertThat(rows.get(3).get("phase").asString()).isEqualTo("infer");
        assertThat(rows.get(3).get("median_ms").asDouble()).isEqualTo(350);
        assertThat(rows.get(3).get("peak_rss_mb").asLong())
                .as("of inference alone")
                .isEqualTo(760);
        assertThat(rows.get(7).get("size").asInt()).isEqualTo(64);
    }

    @Test
    void markdownHasTablesPerPhaseAndForMemory() {
        List<String> lines =
                MarkdownReport.of(comparison, "How it was measured.").lines().toList();
        assertThat(lines)
                .contains(
                        "How it was measured.",
                        "**Training step, ms**",
                        "**Inference, ms**",
                        "**Peak resident memory of training, MiB**",
                        "**System time of a training step, % of its CPU time, and page faults**",
                        "| net1 28^3 x32 | 450 (400–500) | 1400 (800–2000) |   3.00 (2.00–4.00) |",
                        "| net1 64^3 x4  | 113 (100–125) | 350 (200–500) |   3.00 (2.00–4.00) |",
                        "| net1 28^3 x32 | 1050 (1000–1100) | 1510 (1500–1520) |               1.44 |",
                        "| net1 28^3 x32 | 20 %, 1002 | 20 %, 1002 |",
                        "**libtorch / voxgrad, median (lowest–highest case): 3.00 in training, 3.00 in inference.**");
        assertThat(lines)
                .containsSubsequence(
                        "**Training step, % of the peak, counted as direct convolution**",
                        "| net1 28^3 x32 |   92 (83–103) | 29 (21–52) |",
                        "**Inference, % of the peak, counted as direct convolution**",
                        "| net1 28^3 x32 | 123 (111–138) |  40 (28–69) |");
        assertThat(lines.stream().filter(line -> line.startsWith("|-")))
                .hasSize(6)
                .allMatch(line -> line.endsWith("-:|"));
    }

    @Test
    void wrapsTheFirstParagraph() {
        String paragraph = "word ".repeat(60) + "x".repeat(150) + " end";
        List<String> lines = MarkdownReport.of(comparison, paragraph)
                .lines()
                .takeWhile(line -> !line.isEmpty())
                .toList();
        assertThat(String.join(" ", lines)).isEqualTo(paragraph);
        assertThat(lines)
                .containsSequence("x".repeat(150), "end")
                .filteredOn(line -> line.startsWith("word"))
                .hasSize(3)
                .allMatch(line -> line.length() <= 120);
    }

    @Test
    void ratiosAreToTunedLibtorchOnly() throws Exception {
        Comparison both = Samples.bothWays();
        assertThat(MarkdownReport.of(both, "").lines())
                .contains(
                        "| case          | voxgrad | libtorch | libtorch-untuned | libtorch / voxgrad |",
                        "| net1 28^3 x32 |     400 |      800 |             2000 |               2.00 |")
                .noneMatch(line -> line.contains("untuned / voxgrad"));
        assertThat(texts(parse(SvgChart.of(both, ""))))
                .contains("800 ms, 52 %  (2.0×)", "2000 ms, 21 %", "libtorch-untuned 1.2");
        assertThat(new JsonMapper()
                        .readTree(JsonReport.of(both, 2))
                        .valueStream()
                        .map(row -> row.get("engine").asString())
                        .distinct())
                .containsExactly("voxgrad", "libtorch", "libtorch-untuned");
    }

    @Test
    void comparesInferenceOnlyWithAnEngineThatDoesNotTrain() throws Exception {
        Comparison inference = Samples.inference();
        assertThat(MarkdownReport.of(inference, "").lines())
                .contains(
                        "**onnxruntime / voxgrad, median (lowest–highest case): 3.00 in inference.**",
                        "| net1 28^3 x32 |     400 |           - |                     - |",
                        "| net1 28^3 x32 |     100 |         300 |                  3.00 |",
                        "| net1 28^3 x32 |    1000 |           - |                     - |",
                        "| net1 28^3 x32 | 20 %, 1002 |           - |");
        assertThat(texts(parse(SvgChart.of(inference, ""))))
                .contains("400 ms, 103 %", "100 ms, 138 %", "300 ms, 46 %  (3.0×)")
                .filteredOn(text -> text.contains("(3.0×)"))
                .hasSize(1);
        assertThat(new JsonMapper()
                        .readTree(JsonReport.of(inference, 2))
                        .valueStream()
                        .map(row -> row.get("engine").asString() + " "
                                + row.get("phase").asString()))
                .containsExactly("voxgrad train", "voxgrad infer", "onnxruntime infer");
    }

    @Test
    void comparesWithUntunedLibtorchIfItIsTheOnlyOne() {
        Comparison alone = Samples.comparison(List.of(EngineName.VOXGRAD, EngineName.LIBTORCH_UNTUNED), Samples.SMALL);
        alone.add(new Job(EngineName.VOXGRAD, Samples.SMALL), Samples.reading(400, 1000));
        alone.add(new Job(EngineName.LIBTORCH_UNTUNED, Samples.SMALL), Samples.reading(2000, 1500));
        assertThat(MarkdownReport.of(alone, "")).contains("| libtorch-untuned / voxgrad |", "5.00 in training");
    }

    @Test
    void withoutVoxgradThereAreNoRatios() {
        Comparison alone = Samples.comparison(List.of(EngineName.LIBTORCH), Samples.SMALL);
        alone.add(new Job(EngineName.LIBTORCH, Samples.SMALL), Samples.reading(800, 1500));
        assertThat(MarkdownReport.of(alone, ""))
                .contains("| case          | libtorch |")
                .doesNotContain("voxgrad |");
        assertThat(SvgChart.of(alone, "")).contains(">800 ms, 52 %<").doesNotContain("×)");
    }

    @Test
    void failedJobIsNotCompared() throws Exception {
        comparison.fail(new Job(EngineName.LIBTORCH, Samples.SMALL), "libtorch on net1 28^3 x32: out of memory");
        comparison.fail(new Job(EngineName.VOXGRAD, Samples.LARGE), "voxgrad on net1 64^3 x4: out of memory");
        assertThat(comparison.failures())
                .containsExactly("libtorch on net1 28^3 x32: out of memory", "voxgrad on net1 64^3 x4: out of memory");
        assertThat(MarkdownReport.of(comparison, "").lines())
                .contains(
                        "| net1 28^3 x32 | 450 (400–500) |          failed |                  - |",
                        "| net1 64^3 x4  |        failed | 350 (200–500) |                  - |",
                        "| net1 28^3 x32 | 1050 (1000–1100) |           failed |                  - |");
        Element root = parse(SvgChart.of(comparison, ""));
        assertThat(texts(root))
                .contains("450 ms, 92 %", "1400 ms, 44 %", "113 ms, 123 %", "350 ms, 59 %", "1050 MiB", "1510 MiB")
                .noneMatch(text -> text.contains("×)"));
        assertThat(texts(root).stream().filter("failed"::equals))
                .as("2 jobs, 3 sections")
                .hasSize(6);
        assertThat(bars(root)).hasSize(6);
        JsonNode rows = new JsonMapper().readTree(JsonReport.of(comparison, 2));
        assertThat(rows.size()).as("earlier measurements stay").isEqualTo(8);
    }

    @Test
    void unmeasuredEngineHasNoRowsAndNoVersion() throws Exception {
        Comparison half = Samples.comparison(List.of(EngineName.VOXGRAD, EngineName.LIBTORCH), Samples.SMALL);
        half.add(new Job(EngineName.VOXGRAD, Samples.SMALL), Samples.reading(400, 1000));
        half.fail(new Job(EngineName.LIBTORCH, Samples.SMALL), "libtorch on net1 28^3 x32: not in this build");
        JsonNode rows = new JsonMapper().readTree(JsonReport.of(half, 2));
        assertThat(rows.valueStream().map(row -> row.get("engine").asString())).containsExactly("voxgrad", "voxgrad");
        assertThat(texts(parse(SvgChart.of(half, "")))).contains("voxgrad 1.2", "libtorch", "failed");
    }

    @Test
    void svgBarLengthsMatchTheirNumbers() throws Exception {
        String svg = SvgChart.of(comparison, "a < b & c");
        Element root = parse(svg);
        assertThat(root.getTagName()).isEqualTo("svg");
        assertThat(texts(root))
                .contains(
                        "450 ms, 92 %",
                        "1400 ms, 29 %  (3.0×)",
                        "113 ms, 123 %",
                        "350 ms, 40 %  (3.0×)",
                        "1510 MiB  (1.4×)",
                        "Net1, 32 × 28³",
                        "voxgrad 1.2",
                        "a < b & c. In brackets: as many times Voxgrad's",
                        "%: direct convolution's operations per second, of the measured peak of 500 GFLOP/s; "
                                + "Winograd executes fewer");
        List<Element> bars = bars(root);
        assertThat(bars).as("2 engines, 2 cases, 3 sections").hasSize(12);
        double own = Double.parseDouble(bars.get(0).getAttribute("width"));
        double peer = Double.parseDouble(bars.get(1).getAttribute("width"));
        assertThat(peer / own).isBetween(1400 / 450.0 - 0.01, 1400 / 450.0 + 0.01);
        double width = Double.parseDouble(root.getAttribute("width"));
        for (Element bar : bars) {
            double end = Double.parseDouble(bar.getAttribute("x")) + Double.parseDouble(bar.getAttribute("width"));
            assertThat(end).as("room for the label").isLessThan(width - 150);
        }
        assertThat(root.getElementsByTagName("path").getLength())
                .as("ranges of 12 bars")
                .isEqualTo(12);
    }

    private static Element parse(String svg) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(svg)))
                .getDocumentElement();
    }

    private static List<Element> bars(Element root) {
        return elements(root.getElementsByTagName("rect")).stream()
                .filter(bar -> bar.getAttribute("height").equals("16"))
                .toList();
    }

    private static List<String> texts(Element root) {
        return elements(root.getElementsByTagName("text")).stream()
                .map(Element::getTextContent)
                .toList();
    }

    private static List<Element> elements(NodeList nodes) {
        return IntStream.range(0, nodes.getLength())
                .mapToObj(i -> (Element) nodes.item(i))
                .toList();
    }
}
