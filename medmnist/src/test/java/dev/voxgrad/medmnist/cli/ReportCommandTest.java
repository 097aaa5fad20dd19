package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;

import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.medmnist.cli.command.NewRun;
import dev.voxgrad.medmnist.cli.command.TrainingSession;
import dev.voxgrad.medmnist.cli.ui.Console;
import dev.voxgrad.medmnist.data.SyntheticShapes;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.npz.NpyArray;
import dev.voxgrad.medmnist.data.source.DataSource;
import dev.voxgrad.medmnist.nets.study.StudyNet;
import dev.voxgrad.medmnist.report.Pages;
import dev.voxgrad.medmnist.run.RunFiles;
import dev.voxgrad.medmnist.train.settings.TrainSettings;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests reports of small runs: one with three classes and hostile names, and several edge cases. */
class ReportCommandTest {
    private static final String HOSTILE = "<script>alert(1)</script>";

    @TempDir
    private static Path folder;

    private static Path run;
    private static String page;

    @BeforeAll
    static void trainAndReport() throws IOException {
        Path volumes = TestVolumes.write(folder.resolve("it's <own>.npz"), 9, 1, 3, 50, 21, 24);
        run = train("run", volumes, 3, "--labels", "low & dim,\"middle\"," + HOSTILE);
        assertThat(Cli.run("report", run).succeeded().out())
                .contains("Written to " + run.resolve("report.html"))
                .doesNotContain("not finished");
        page = Files.readString(run.resolve("report.html"));
    }

    private static Path train(String name, Path volumes, int models, Object... more) {
        List<Object> arguments = new ArrayList<>(List.of(
                "train",
                "--npz",
                volumes,
                "--out",
                folder.resolve(name),
                "--models",
                models,
                "--nets",
                "net1",
                "--epochs",
                3,
                "--batch-size",
                16,
                "--seed",
                7));
        arguments.addAll(Arrays.asList(more));
        Cli.run(arguments.toArray()).succeeded();
        return folder.resolve(name);
    }

    /** Returns the page without the encoded bytes of pictures, which may contain any letters. */
    static String withoutPictures(String text) {
        return text.replaceAll("base64,[^\"]*", "");
    }

    /** Returns the cells of the first row whose name starts with this text. */
    private static List<String> row(String text, String name) {
        Element row = Pages.elements(text, "tr").stream()
                .filter(tr -> tr.getTextContent().startsWith(name))
                .findFirst()
                .orElseThrow();
        List<String> cells = new ArrayList<>();
        for (int i = 0; i < row.getElementsByTagName("td").getLength(); i++) {
            cells.add(row.getElementsByTagName("td").item(i).getTextContent());
        }
        return cells;
    }

    @Test
    void pageIsXmlWithAllSections() {
        assertThat(Pages.elements(page, "h2"))
                .extracting(Element::getTextContent)
                .containsExactly(
                        "Results",
                        "Learning curves",
                        "ROC and precision-recall curves",
                        "Confusion matrix and classes",
                        "Calibration",
                        "What each member contributes",
                        "Most confident mistakes",
                        "Settings and how to reproduce");
        assertThat(Pages.elements(page, "meta"))
                .anySatisfy(meta ->
                        assertThat(meta.getAttribute("content")).isEqualTo("width=device-width, initial-scale=1"));
        assertThat(Pages.elements(page, "svg").stream().filter(svg -> svg.hasAttribute("role")))
                .hasSize(1 + 4 + 2 + 1)
                .allSatisfy(svg -> assertThat(svg.getAttribute("aria-label")).isNotBlank());
        assertThat(withoutPictures(page)).contains("prefers-color-scheme: dark").doesNotContain("NaN", "Infinity");
    }

    @Test
    void pageLoadsNothing() {
        for (String tag : List.of("script", "link", "iframe", "object", "embed", "base", "form", "use", "image")) {
            assertThat(Pages.elements(page, tag)).as(tag).isEmpty();
        }
        assertThat(Pages.elements(page, "img"))
                .isNotEmpty()
                .allSatisfy(
                        image -> assertThat(image.getAttribute("src")).startsWith("data:image/png;base64,iVBORw0KGgo"));
        assertThat(Pages.elements(page, "style").getFirst().getTextContent()).doesNotContain("url(", "@import", "http");
        assertThat(page).contains("default-src 'none'; img-src data:; style-src 'unsafe-inline'");
    }

    /** Each mistake that is shown has its planes, and an explanation of the predicted class. */
    @Test
    void mistakesAreExplained() {
        List<String> alternatives = Pages.elements(page, "img").stream()
                .map(image -> image.getAttribute("alt"))
                .toList();
        List<String> planes = alternatives.stream()
                .filter(text -> text.startsWith("Planes of volume "))
                .toList();
        List<String> maps = alternatives.stream()
                .filter(text -> text.startsWith("Map over volume "))
                .toList();
        assertThat(planes).isNotEmpty().hasSizeLessThanOrEqualTo(8).hasSameSizeAs(maps);
        for (int i = 0; i < maps.size(); i++) {
            String predicted = planes.get(i).replaceAll("(?s).*was predicted as (.*) with probability.*", "$1");
            assertThat(maps.get(i)).contains("Why " + predicted + ": net1: Grad-CAM of stage ");
        }
    }

    @Test
    void escapesNames() {
        assertThat(page).doesNotContain("<script", "<own>").contains("&lt;script&gt;alert(1)&lt;/script&gt;");
        assertThat(row(page, HOSTILE)).hasSize(3);
        assertThat(Pages.elements(page, "dd"))
                .anySatisfy(item -> assertThat(item.getTextContent()).startsWith("it's <own>.npz"));
        assertThat(Pages.elements(page, "dd"))
                .anySatisfy(item -> assertThat(item.getTextContent()).matches("[0-9.]+ (s|min)"));
    }

    @Test
    void figuresEqualThoseOfEnsemble() throws IOException {
        Cli.run("ensemble", "--run", run).succeeded();
        List<String> summary = Files.readAllLines(run.resolve("summary.csv"));
        String[] weighted = summary.get(1).split(",");
        List<String> cells = row(page, "This run, weighted");
        assertThat(cells.get(0)).isEqualTo(String.format(Locale.ROOT, "%.3f", Double.parseDouble(weighted[9])));
        assertThat(cells.get(1)).isEqualTo(String.format(Locale.ROOT, "%.3f", Double.parseDouble(weighted[10])));
        assertThat(cells.get(2)).matches("[01]\\.\\d{3} to [01]\\.\\d{3}");
        assertThat(row(page, "Always the most frequent")).startsWith("0.500", "0.333");
        assertThat(row(page, "Single best models, mean ± deviation").getFirst()).contains(" ± ");
        assertThat(row(page, "without member 1 net1")).hasSize(5);
        assertThat(row(page, "group 'last' alone")).hasSize(5).first().isEqualTo("25.0 %");
    }

    /** Every single model has the intervals that the ensemble command prints. */
    @Test
    void singleModelsHaveIntervals() {
        String table = Cli.run("ensemble", run).succeeded().out();
        for (String member : List.of("0 net1", "1 net1", "2 net1")) {
            List<String> cells = row(page, "member " + member);
            assertThat(cells).hasSize(10).first().isEqualTo("last");
            assertThat(table)
                    .containsPattern(member + " +last +3 +0.500 +" + cells.get(4) + " +" + cells.get(5) + " +"
                            + cells.get(6) + " +" + cells.get(7) + "\n");
            String[] ends = cells.get(5).split(" to ");
            assertThat(Double.parseDouble(cells.get(4)))
                    .isBetween(Double.parseDouble(ends[0]), Double.parseDouble(ends[1]));
        }
        assertThat(table).contains("over 2000 bootstrap resamples of the volumes, seed 7");
    }

    /**
     * The page for fitted weights has the figures, weights and T of the ensemble command, and a command to repeat it.
     */
    @Test
    void reportsFittedWeights() throws IOException {
        List<String> options = List.of("--weights", "stacked", "--tta", "2", "--seed", "4", "--temperature");
        Path fitted = folder.resolve("fitted.html");
        Cli.run(words(List.of("report", run, "--out", fitted), options)).succeeded();
        String text = Files.readString(fitted);
        Files.deleteIfExists(run.resolve("summary.csv"));
        Cli.run(words(List.of("ensemble", run), options)).succeeded();
        List<String> summary = Files.readAllLines(run.resolve("summary.csv"));
        Files.delete(run.resolve("summary.csv"));
        String[] weighted = summary.get(1).split(",");
        String[] uniform = summary.get(2).split(",");
        assertThat(row(text, "This run, weighted")).startsWith(three(weighted[9]), three(weighted[10]));
        assertThat(row(text, "This run, uniform")).startsWith(three(uniform[9]), three(uniform[10]));
        assertThat(row(text, "weighted"))
                .containsExactly(
                        three(weighted[13]),
                        three(weighted[14]),
                        three(weighted[15]),
                        three(weighted[16]),
                        row(text, "weighted").get(4),
                        three(weighted[17]));
        String[] weights = weighted[12].split(" ");
        assertThat(row(text, "member 0 net1").get(2)).isEqualTo(three(weights[0]));
        double last = Double.parseDouble(weights[0]) + Double.parseDouble(weights[2]) + Double.parseDouble(weights[4]);
        assertThat(row(text, "group 'last' alone").getFirst())
                .isEqualTo(String.format(Locale.ROOT, "%.1f %%", 100 * last));
        assertThat(Pages.elements(text, "h2"))
                .extracting(Element::getTextContent)
                .contains("What was fitted to the validation split");
        assertThat(withoutPictures(text))
                .contains(
                        "2 draws of 'centred', seed 4",
                        "stacked, fitted to the validation split",
                        " --weights stacked --tta 2 --tta-augment centred --seed 4 --temperature")
                .doesNotContain("NaN");
        assertThat(page).doesNotContain("What was fitted");
    }

    private static Object[] words(List<?> begin, List<?> more) {
        List<Object> words = new ArrayList<>(begin);
        words.addAll(more);
        return words.toArray();
    }

    private static String three(String number) {
        return String.format(Locale.ROOT, "%.3f", Double.parseDouble(number));
    }

    /** A group or member with weight zero has dashes. */
    @Test
    void showsDashesForZeroWeights() throws IOException {
        Path file = folder.resolve("one.html");
        Path weights = Files.writeString(folder.resolve("one.txt"), "last = 0\nmember.0 = 0\nmember.2 = 0\n");
        Cli.run("report", run, "--weights", weights, "--out", file).succeeded();
        String text = Files.readString(file);
        assertThat(row(text, "without member 1")).containsExactly("0.0 %", "–", "–", "–", "–");
        assertThat(row(text, "without member 0").getFirst()).isEqualTo("100.0 %");
        assertThat(row(text, "member 0 net1")).startsWith("last", "3", "0.000", "0.0 %");
        assertThat(text).contains("--last-weight 0.0 --best-weight 1.5 --member-weights 0.0,1.0,0.0");
    }

    @Test
    void pageIsReproducible() throws IOException {
        Path other = folder.resolve("other.html");
        Cli.run("report", run, "--out", other, "--threads", 1).succeeded();
        assertThat(Files.readString(other)).isEqualTo(page);
    }

    @Test
    void commandOnThePageRepeatsTheTraining() throws IOException {
        String command = Pages.elements(page, "pre")
                .getFirst()
                .getTextContent()
                .lines()
                .findFirst()
                .orElseThrow();
        List<String> words = new ArrayList<>();
        Matcher word = Pattern.compile("(?:[^\\s'\\\\]|\\\\.|'[^']*')+").matcher(command);
        while (word.find()) {
            words.add(word.group().replace("'\\''", "\u0001").replace("'", "").replace('\u0001', '\''));
        }
        assertThat(words.removeFirst()).isEqualTo("medmnist");
        words.set(words.indexOf("--out") + 1, folder.resolve("again").toString());
        Cli.run(words.toArray()).succeeded();
        Path weights = Path.of("weights", "member-02-net1-last.safetensors");
        assertThat(Files.mismatch(run.resolve(weights), folder.resolve("again").resolve(weights)))
                .isEqualTo(-1);
    }

    @Test
    void marksAnUnfinishedRun() throws IOException {
        Path part = folder.resolve("part");
        Files.createDirectories(part.resolve("weights"));
        for (String name : List.of(
                "run.json",
                "history.csv",
                "weights/member-00-net1-best.safetensors",
                "weights/member-00-net1-last.safetensors")) {
            Files.copy(run.resolve(name), part.resolve(name));
        }
        List<String> members = Files.readAllLines(run.resolve("members.csv"));
        Files.write(part.resolve("members.csv"), members.subList(0, 2));
        assertThat(Cli.run("report", part).succeeded().out()).contains("the run is not finished: 1 of 3 members");
        String text = Files.readString(part.resolve("report.html"));
        assertThat(Pages.parse(text).getDocumentElement().getTextContent())
                .contains("This run is not finished: 1 of 3 members are", "member 2 net1, not finished");
        assertThat(row(text, "without member 0")).containsExactly("0.0 %", "–", "–", "–", "–");
        assertThat(row(text, "Single best").getFirst()).doesNotContain("±");
        Files.write(part.resolve("members.csv"), members.subList(0, 1));
        Cli.run("report", part).failed("has no finished member yet");
    }

    @Test
    void reportsTwoClassesAndSeveralLabels() throws IOException {
        Path two = train("two", TestVolumes.write(folder.resolve("two.npz"), 9, 3, 2, 30, 12, 14), 1);
        String binary = Files.readString(report(two, "--split", "val"));
        assertThat(Pages.elements(binary, "caption").getFirst().getTextContent())
                .contains("val split");
        assertThat(binary).contains("Positive is '1'", "3 channels");
        Map<String, NpyArray> arrays = TestVolumes.arrays(8, 1, 4, 40, 16, 12);
        for (String split : List.of("train", "val", "test")) {
            int count = arrays.get(split + "_labels").count();
            long[] labels = new long[count * 2];
            for (int i = 0; i < labels.length; i++) {
                labels[i] = i / 2 % 4 >> i % 2 & 1;
            }
            arrays.put(split + "_labels", NpyArray.ofLongs(labels, count, 2));
        }
        Path several = train("several", TestVolumes.write(folder.resolve("several.npz"), arrays), 1, "--labels", "p,q");
        String labels = Files.readString(report(several));
        assertThat(Pages.elements(labels, "h2"))
                .extracting(Element::getTextContent)
                .contains("Labels");
        assertThat(row(labels, "q")).hasSize(9);
        assertThat(withoutPictures(labels))
                .contains("Expected calibration error over all labels")
                .doesNotContain("NaN");
    }

    private static Path report(Path of, Object... more) {
        List<Object> arguments = new ArrayList<>(List.of("report", of));
        arguments.addAll(Arrays.asList(more));
        Cli.run(arguments.toArray()).succeeded();
        return of.resolve("report.html");
    }

    @Test
    void marksSyntheticVolumes() throws IOException {
        DataSource source = DataSource.synthetic(new SyntheticShapes.Settings(1, 12, 20, 10, 10, 0.4));
        TrainSettings settings = TrainSettings.builder()
                .models(1)
                .nets(List.of(StudyNet.NET1))
                .epochs(1)
                .batchSize(8)
                .weightDecay(0)
                .augment("none")
                .build();
        Path made = folder.resolve("made");
        try (CpuDevice device = new CpuDevice(2)) {
            VolumeData data = source.load(warning -> {});
            RunFiles begun = NewRun.create(source, data, null, settings, device, made);
            new TrainingSession(begun, data, device, new Console(new PrintWriter(new StringWriter()))).train();
        }
        String text = Files.readString(report(made));
        assertThat(Pages.elements(text, "h1").getFirst().getTextContent()).contains("SYNTHETIC");
        assertThat(text).contains("SYNTHETIC: these volumes were made by code").doesNotContain("Yang et al.");
    }

    @Test
    void explainsWrongUse() {
        Cli.run("report", folder.resolve("none")).failed("contains no run");
        Cli.run("report", run, "--out", folder.resolve("no/such/folder.html")).failed("there is no folder");
        Cli.run("report").refused("RUN");
        Cli.run("report", run, "--weights", "gredy").failed("gredy", "no such file, and not the name of a method");
        Cli.run("report", run, "--seed", 3).refused("--seed requires --tta N");
    }
}
