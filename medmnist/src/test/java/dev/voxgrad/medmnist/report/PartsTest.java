package dev.voxgrad.medmnist.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

import dev.voxgrad.medmnist.augment.Recipe;
import dev.voxgrad.medmnist.data.SyntheticShapes;
import dev.voxgrad.medmnist.data.source.DataSource;
import dev.voxgrad.medmnist.ensemble.EnsembleSettings;
import dev.voxgrad.medmnist.ensemble.WeightMethod;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.io.RunFolder;
import dev.voxgrad.medmnist.model.EnsembleWeights;
import dev.voxgrad.medmnist.nets.study.StudyNet;
import dev.voxgrad.medmnist.run.RunInfo;
import dev.voxgrad.medmnist.train.Predictor;
import dev.voxgrad.medmnist.train.settings.ClassWeights;
import dev.voxgrad.medmnist.train.settings.OptimizerKind;
import dev.voxgrad.medmnist.train.settings.TrainSettings;
import dev.voxgrad.medmnist.train.settings.TrainingOptions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

/** The building blocks of a report. */
class PartsTest {
    @TempDir
    private Path folder;

    @Test
    void escapesTextAndAttributes() {
        String page = new Html()
                .open("p", "title", "\"a\" & <b>")
                .text("<script>1 && 2</script> \u0000 ü ³")
                .close()
                .toString();
        assertThat(page)
                .isEqualTo("<!DOCTYPE html>\n<p title=\"&quot;a&quot; &amp; &lt;b&gt;\">"
                        + "&lt;script&gt;1 &amp;&amp; 2&lt;/script&gt; \uFFFD ü ³</p>\n");
        assertThatThrownBy(() -> new Html().open("p").toString()).hasMessage("html: not ended: [p]");
    }

    @Property(tries = 500)
    void anyTextMakesWellFormedXml(@ForAll String text) {
        Document page = Pages.parse(new Html().element("p", text, "title", text).toString());
        assertThat(page.getDocumentElement().getChildNodes().getLength()).isLessThanOrEqualTo(1);
    }

    @Test
    void axesEndAtRoundValues() {
        Axis axis = Axis.over("AUC", 0.713, Double.NaN, 0.872);
        assertThat(axis.ticks().stream().map(axis::text)).containsExactly("0.70", "0.75", "0.80", "0.85", "0.90");
        assertThat(axis.at(0.8)).isCloseTo(0.5, within(1e-12));
        Axis epochs = Axis.counting("epoch", 500);
        assertThat(epochs.ticks().stream().map(epochs::text)).containsExactly("0", "100", "200", "300", "400", "500");
        Axis few = Axis.counting("epoch", 3);
        assertThat(few.ticks().stream().map(few::text)).containsExactly("1", "2", "3");
        assertThat(Axis.counting("epoch", 1).ticks()).containsExactly(0.0, 1.0, 2.0);
        assertThat(Axis.over("loss", 2, 2).high())
                .isGreaterThan(Axis.over("loss", 2, 2).low());
        assertThat(Axis.over("loss", Double.NaN)).isEqualTo(Axis.unit("loss"));
        assertThat(Axis.ofShares("AUC", 1, 1)).isEqualTo(Axis.unit("AUC"));
        assertThat(Axis.ofShares("AUC", 0.713, 1)).isEqualTo(Axis.over("AUC", 0.713, 1));
    }

    @Test
    void logarithmicAxesMarkPowersOfTen() {
        Axis axis = Axis.powers("rate", 1e-7, 1);
        assertThat(axis.ticks().stream().map(axis::text))
                .containsExactly("10⁻⁷", "10⁻⁶", "10⁻⁵", "10⁻⁴", "10⁻³", "10⁻²", "10⁻¹", "10⁰");
        assertThat(axis.at(1e-7)).isCloseTo(0, within(1e-12));
        assertThat(axis.at(1e-3)).as("equal ratios, equal distances").isCloseTo(4 / 7.0, within(1e-12));
        assertThat(axis.at(1)).isCloseTo(1, within(1e-12));
        Axis within = Axis.powers("rate", 2e-4, 5e-4);
        assertThat(within.ticks().stream().map(within::text)).containsExactly("10⁻⁴", "10⁻³");
        Axis same = Axis.powers("rate", 0.01, 0.01);
        assertThat(same.ticks().stream().map(same::text)).containsExactly("10⁻²", "10⁻¹");
        Axis wide = Axis.powers("rate", 1e-12, 3e8);
        assertThat(wide.ticks().stream().map(wide::text))
                .containsExactly("10⁻¹²", "10⁻⁹", "10⁻⁶", "10⁻³", "10⁰", "10³", "10⁶", "10⁹");
    }

    @Test
    void chartDrawsLinesOnceWithGaps() {
        LineChart chart = new LineChart("Title", Axis.unit("across"), Axis.unit("up"));
        chart.line("a < b", new double[] {0, 0.5, 0.5, 1}, new double[] {0, 1, 1, Double.NaN})
                .mark("top", 0.5, 1);
        Html html = new Html();
        chart.write(html);
        Element figure = Pages.parse(html.toString()).getDocumentElement();
        assertThat(figure.getTextContent()).contains("Title", "across", "up", "a < b", "top");
        // The plot area extends from x 50 to 368 and from y 24, at the top, to 266.
        assertThat(html.toString()).contains("d=\"M50 266L209 24\"").doesNotContain("NaN");
        assertThat(figure.getElementsByTagName("svg").getLength()).isEqualTo(2);
    }

    @Test
    void formatsNumbersWithSuitableDigits() {
        assertThat(Numbers.three(2.0 / 3)).isEqualTo("0.667");
        assertThat(Numbers.three(-0.05)).isEqualTo("−0.050");
        assertThat(Numbers.three(Double.NaN)).isEqualTo("–");
        assertThat(Numbers.signed(-0.0123)).isEqualTo("−0.012");
        assertThat(Numbers.signed(0.0123)).isEqualTo("+0.012");
        assertThat(Numbers.signed(-0.0001)).isEqualTo("±0.000");
        assertThat(Numbers.coordinate(12.04)).isEqualTo("12");
        assertThat(Numbers.coordinate(-0.26)).isEqualTo("-0.3");
        assertThat(List.of(Numbers.duration(61), Numbers.duration(366), Numbers.duration(9000)))
                .containsExactly("61 s", "6.1 min", "2.5 h");
    }

    private History history(String... lines) throws IOException {
        Files.write(folder.resolve("history.csv"), List.of(lines));
        return History.read(new RunFolder(folder));
    }

    @Test
    void historyUsesColumnNamesAndLastRow() throws IOException {
        History history = history(
                "epoch,member,net,extra,train_loss,val_auc,val_acc",
                "1,1,net2,x,0.5,0.6,0.7",
                "2,0,net1,x,0.4,0.8,0.9",
                "1,0,net1,x,9,0.1,0.1",
                "1,0,net1,x,0.7,0.5,0.5");
        assertThat(history.members()).containsOnlyKeys(0, 1);
        assertThat(history.members().get(0))
                .containsExactly(
                        new History.Epoch("net1", 1, 0.7, 0.5, 0.5), new History.Epoch("net1", 2, 0.4, 0.8, 0.9));
    }

    @Test
    void readsTimesFromTimingsOrOldHistory() throws IOException {
        assertThat(history("member,net,epoch,train_loss,val_auc,val_acc", "0,net1,1,0.5,0.6,0.7")
                        .seconds())
                .isNaN();
        assertThat(history(
                                "member,net,epoch,train_loss,val_auc,val_acc,seconds",
                                "0,net1,1,0.5,0.6,0.7,1.5",
                                "0,net1,2,0.5,0.6,0.7,2")
                        .seconds())
                .isEqualTo(3.5);
        Files.write(folder.resolve("timings.csv"), List.of("member,net,epoch,seconds", "0,net1,1,4.25"));
        assertThat(history("member,net,epoch,train_loss,val_auc,val_acc", "0,net1,1,0.5,0.6,0.7")
                        .seconds())
                .isEqualTo(4.25);
        Files.write(folder.resolve("timings.csv"), List.of("member,net,epoch,seconds", "0,net1,1,soon"));
        assertThatThrownBy(() -> History.read(new RunFolder(folder)))
                .hasMessageContaining("timings.csv")
                .hasMessageContaining("soon");
    }

    @Test
    void damagedHistoryErrorNamesRow() {
        assertThatThrownBy(() -> history("member,net,epoch"))
                .isInstanceOf(DataFileException.class)
                .hasMessageContaining("history.csv")
                .hasMessageContaining("[member, net, epoch]; expected");
        assertThatThrownBy(() -> history("member,net,epoch,train_loss,val_auc,val_acc", "0,net1,1,0.5"))
                .hasMessageContaining("damaged row '0,net1,1,0.5'; remove it");
        assertThatThrownBy(() -> History.read(new RunFolder(folder.resolve("none"))))
                .hasMessageContaining("cannot be read");
    }

    private static RunInfo info(DataSource source, TrainSettings settings, boolean fusion) {
        return info(source, settings, fusion, "cpu: 2 threads", null);
    }

    private static RunInfo info(
            DataSource source, TrainSettings settings, boolean fusion, String device, RunInfo.Gpu gpu) {
        return new RunInfo(
                "1",
                "25",
                "2026-01-01T00:00:00Z",
                device,
                "direct",
                fusion,
                gpu,
                source,
                null,
                false,
                "",
                List.of(),
                null,
                null,
                settings);
    }

    @Test
    void commandsAreQuotedAndComplete() {
        DataSource file = DataSource.file(Path.of("/data/it's own.npz"), List.of("a b", "c"));
        TrainSettings settings = TrainSettings.builder()
                .models(2)
                .nets(List.of(StudyNet.NET1, StudyNet.NET3))
                .epochs(4)
                .batchSize(8)
                .learningRate(0.002)
                .weightDecay(0)
                .optimizer(OptimizerKind.SGD)
                .seed(9)
                .shuffle(false)
                .augment("centred")
                .options(new TrainingOptions(
                        TrainingOptions.Schedule.COSINE, 1, 2.5, 3, ClassWeights.parse("1, 2.5"), 0.99))
                .initWeights("/start.safetensors")
                .build();
        assertThat(CommandLines.train(info(file, settings, false), Path.of("new")))
                .isEqualTo("medmnist train "
                        + "--npz '/data/it'\\''s own.npz' --labels 'a b,c' --window 0,255 --models 2 --nets net1,net3 --epochs 4 "
                        + "--batch-size 8 --lr 0.002 --weight-decay 0.0 --seed 9 --augment centred --optimizer sgd "
                        + "--recipe study --normalise study --no-rgb --no-shape-transform --scale 1.0 "
                        + "--start default --ties latest --schedule cosine "
                        + "--warmup-epochs 1 --clip-norm 2.5 --patience 3 --class-weights 1.0,2.5 --ema 0.99 "
                        + "--no-shuffle --init-weights /start.safetensors --device cpu --convolution direct --no-fusion "
                        + "--out new");
        assertThat(CommandLines.train(
                        info(DataSource.official("vesselmnist3d", Path.of("/r"), 64), TrainSettings.defaults(1), true),
                        Path.of("new")))
                .isEqualTo(
                        "medmnist train --flag vesselmnist3d "
                                + "--size 64 --root /r --models 15 --nets net1,net2,net3 --epochs 500 --batch-size 32 --lr 0.001 "
                                + "--weight-decay 5.0E-4 --seed 1 --augment torchio --optimizer adamw "
                                + "--recipe study --normalise study --no-rgb --no-shape-transform --scale 1.0 "
                                + "--start default --ties latest --schedule constant --device cpu --convolution direct --out new");
        assertThat(CommandLines.train(
                        info(DataSource.synthetic(SyntheticShapes.Settings.of(1)), TrainSettings.defaults(1), true),
                        Path.of("new")))
                .isEqualTo("medmnist quickstart --device cpu --convolution direct --out new");
        RunInfo onSecondGpu = info(
                DataSource.synthetic(SyntheticShapes.Settings.of(1)),
                TrainSettings.defaults(1),
                true,
                "cuda:1: NVIDIA H200, 140 GiB",
                new RunInfo.Gpu("bf16", true, "own"));
        assertThat(CommandLines.train(onSecondGpu, Path.of("new")))
                .isEqualTo("medmnist quickstart --device cuda:1 "
                        + "--convolution direct --precision bf16 --fast-algorithms --gpu-kernels own --out new");
    }

    @Test
    void commandsCombineLikeThePage() {
        EnsembleSettings plain = EnsembleSettings.plain(EnsembleWeights.defaults(2));
        String given = " --last-weight 0.5 --best-weight 1.5 --member-weights 1.0,1.0";
        assertThat(CommandLines.ensemble(Path.of("run"), "val", plain))
                .isEqualTo("medmnist ensemble --run run --split val" + given);
        assertThat(CommandLines.report(Path.of("my run"), "test", plain))
                .isEqualTo("medmnist report 'my run' --split test" + given);
        Predictor.Augmentation eight = new Predictor.Augmentation(8, Recipe.TORCHIO, 5);
        assertThat(CommandLines.report(
                        Path.of("run"),
                        "test",
                        new EnsembleSettings(
                                EnsembleWeights.uniform(2), Optional.of(WeightMethod.STACKED), true, eight)))
                .isEqualTo("medmnist report run --split test "
                        + "--weights stacked --tta 8 --tta-augment torchio --seed 5 --temperature");
        assertThat(CommandLines.report(
                        Path.of("run"),
                        "test",
                        new EnsembleSettings(
                                EnsembleWeights.groups(0, 1, 2),
                                Optional.of(WeightMethod.GREEDY),
                                false,
                                Predictor.Augmentation.OFF)))
                .endsWith("--split test "
                        + "--weights greedy --last-weight 0.0 --best-weight 1.0 --member-weights 1.0,1.0");
    }
}
