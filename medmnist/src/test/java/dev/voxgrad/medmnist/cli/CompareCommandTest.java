package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.medmnist.data.SyntheticShapes;
import dev.voxgrad.medmnist.model.TinyRun;
import dev.voxgrad.medmnist.nets.Nets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** Compares small runs through the command line: two on the same volumes, and one on others. */
class CompareCommandTest {
    @TempDir
    private static Path folder;

    private static Path one;
    private static Path two;
    private static Path other;

    @BeforeAll
    static void train() {
        one = folder.resolve("one");
        two = folder.resolve("two & <more>");
        other = folder.resolve("other");
        try (CpuDevice device = new CpuDevice(1)) {
            TinyRun.train(one, shapes(1), List.of(Nets.named("net1")), device);
            TinyRun.train(two, shapes(1), List.of(Nets.named("net2"), Nets.named("net1")), device);
            TinyRun.train(other, shapes(2), List.of(Nets.named("net1")), device);
        }
    }

    private static SyntheticShapes.Settings shapes(long seed) {
        return new SyntheticShapes.Settings(seed, 8, 20, 10, 25, 0.4);
    }

    private static List<String> row(String text, String name) {
        String line = text.lines()
                .filter(row -> row.startsWith("| " + name + " "))
                .findFirst()
                .orElseThrow();
        return List.of(line.substring(2, line.length() - 2).split(" *\\| *", -1));
    }

    @Test
    void runsOnTheSameVolumesHaveDifferences() {
        String text = Cli.run("compare", one, two).succeeded().out();
        List<String> first = row(text, "one");
        List<String> second = row(text, "two & <more>");
        assertThat(first).hasSize(10).endsWith("-", "-", "-", "-");
        double difference = Double.parseDouble(second.get(2)) - Double.parseDouble(first.get(2));
        assertThat(Double.parseDouble(second.get(6))).isCloseTo(difference, within(0.0011));
        assertThat(second.get(7)).matches("-?\\d\\.\\d{3} to -?\\d\\.\\d{3}");
        assertThat(second.get(9)).matches("-?\\d\\.\\d{3} to -?\\d\\.\\d{3}");
        assertThat(row(text, "settings.models")).containsExactly("settings.models", "1", "2");
        assertThat(text).contains("Differences are from one.").doesNotContain("Not paired", "| started", "batchSize");
    }

    @Test
    void runsOnOtherVolumesHaveNone() {
        String text = Cli.run("compare", one, other).succeeded().out();
        assertThat(row(text, "other")).endsWith("-", "-", "-", "-");
        assertThat(text).contains("Not paired: other was evaluated on other volumes or labels than one");
    }

    @Test
    void pageIsXmlWithCurvesOfAllRuns() throws Exception {
        Path page = folder.resolve("compared.html");
        assertThat(Cli.run("compare", one, two, other, "--out", page)
                        .succeeded()
                        .out())
                .contains("Written to " + page);
        String html = Files.readString(page);
        DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(page.toFile());
        assertThat(html)
                .contains("Comparison of 3 runs", "Settings that differ", "Learning curves", "ROC curves")
                .contains("two &amp; &lt;more&gt;, AUC ")
                .doesNotContain("NaN", "<more>");
        Cli.run("compare", one, two, other, "--out", page).succeeded();
        assertThat(page).hasContent(html);
    }

    @Test
    void wrongUseIsExplained() throws IOException {
        Cli.run("compare", one).refused("RUN");
        Cli.run("compare", one, two, one).refused("run " + one + " is given twice");
        Cli.run("compare", one, folder.resolve("none")).failed("none");
        Cli.run("compare", one, two, "--out", folder.resolve("no folder/page.html"))
                .failed("there is no folder");
    }
}
