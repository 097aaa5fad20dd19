package dev.voxgrad.bench.peers;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

import dev.voxgrad.bench.peers.Comparison.Job;
import dev.voxgrad.bench.step.EngineName;
import dev.voxgrad.bench.step.StepCase;

/**
 * Draws the results as horizontal bars from top to bottom, with a section each for training, inference and memory.
 *
 * <p>An engine that failed on a case has the word {@code failed} instead of a bar there.
 *
 * <p>The ratio to Voxgrad follows the bars of the engines with which it is compared: {@link Comparison#peers}.
 *
 * <p>The chart has its own background, light or dark as the viewer prefers, so that it is readable on any page.
 */
final class SvgChart {
    private static final int WIDTH = 820;
    private static final int MARGIN = 24;
    private static final int BAR_LEFT = 200;
    private static final int LONGEST_BAR = 430;
    private static final int BAR_HEIGHT = 16;
    private static final int BAR_STEP = 20;
    private static final int GROUP_GAP = 12;
    private static final int NOTE_STEP = 18;
    private static final String STYLE = """
            <style>
              svg { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif }
              .page { fill: #ffffff; stroke: #d0d7de } text { fill: #1f2328; font-size: 13px }
              .title { font-size: 17px; font-weight: 600 } .section { font-size: 14px; font-weight: 600 }
              .note { fill: #59636e; font-size: 12px } .range { stroke: #1f2328 }
              .voxgrad { fill: #1a7f5a } .libtorch { fill: #e08a3c } .libtorch-untuned { fill: #f0c9a0 }
              .onnxruntime { fill: #4f9fd6 } .nd4j { fill: #7a86d6 }
              @media (prefers-color-scheme: dark) {
                .page { fill: #161b22; stroke: #30363d } text { fill: #e6edf3 }
                .note { fill: #9198a1 } .range { stroke: #e6edf3 } .voxgrad { fill: #2ea476 }
                .libtorch-untuned { fill: #8a6238 }
              }
            </style>
            """;

    private final Comparison comparison;
    private final StringBuilder body = new StringBuilder();
    private int y = MARGIN;

    private SvgChart(Comparison comparison) {
        this.comparison = comparison;
    }

    /** Returns the chart with a note below it on the conditions. */
    static String of(Comparison comparison, String note) {
        SvgChart chart = new SvgChart(comparison);
        chart.head();
        for (Phase phase : Phase.values()) {
            chart.section(
                    phase.title() + ", milliseconds",
                    phase,
                    job -> comparison.milliseconds(job, phase),
                    (job, value) -> String.format(
                            Locale.ROOT,
                            "%.0f ms, %.0f %%",
                            value.median(),
                            100 * comparison.peakShare(job, phase).median()),
                    (peer, work) -> comparison.ratio(peer, work, phase));
        }
        chart.section(
                "Peak resident memory of training, MiB",
                Phase.TRAIN,
                job -> comparison.peakRssMb(job, Phase.TRAIN),
                (_, value) -> String.format(Locale.ROOT, "%.0f MiB", value.median()),
                comparison::memoryRatio);
        String factor = comparison.peers().isEmpty() ? "" : ". In brackets: as many times Voxgrad's";
        chart.text(MARGIN, chart.y + 6, "note", "", note + factor);
        chart.y += NOTE_STEP;
        chart.text(MARGIN, chart.y + 6, "note", "", chart.peak());
        return chart.document();
    }

    private String peak() {
        return String.format(
                Locale.ROOT,
                "%%: direct convolution's operations per second, of the measured peak of %.0f GFLOP/s; Winograd executes "
                        + "fewer",
                comparison.peakFlop() / 1e9);
    }

    private void head() {
        text(MARGIN, y + 14, "title", "", "Voxgrad and its peers: shorter is better");
        y += 30;
        int x = MARGIN;
        for (EngineName engine : comparison.engines()) {
            rectangle(x, y + 2, 14, 14, engine.flag());
            String label = comparison.title(engine);
            text(x + 20, y + 14, "", "", label);
            x += 44 + 8 * label.length();
        }
        y += 44;
    }

    private void section(
            String title,
            Phase phase,
            Function<Job, Spread> values,
            BiFunction<Job, Spread, String> words,
            BiFunction<EngineName, StepCase, Optional<Spread>> ratio) {
        text(MARGIN, y, "section", "", title);
        y += 14;
        double largest = comparison.jobs().stream()
                .filter(job -> Comparison.does(job.engine(), phase) && !comparison.failed(job))
                .mapToDouble(job -> values.apply(job).max())
                .max()
                .orElse(1); // without bars, any scale will do
        List<EngineName> peers = comparison.peers();
        List<EngineName> engines = comparison.engines().stream()
                .filter(engine -> Comparison.does(engine, phase))
                .toList();
        for (StepCase work : comparison.cases()) {
            int middle = y + engines.size() * BAR_STEP / 2;
            text(BAR_LEFT - 12, middle + 2, "", "end", label(work));
            for (EngineName engine : engines) {
                Job job = new Job(engine, work);
                if (comparison.failed(job)) {
                    text(BAR_LEFT, y + 13, "", "", "failed");
                } else {
                    Spread value = values.apply(job);
                    String label = words.apply(job, value);
                    if (peers.contains(engine)) {
                        label += ratio.apply(engine, work)
                                .map(times -> String.format(Locale.ROOT, "  (%.1f×)", times.median()))
                                .orElse("");
                    }
                    bar(engine, value, LONGEST_BAR / largest, label);
                }
                y += BAR_STEP;
            }
            y += GROUP_GAP;
        }
        y += 18;
    }

    private void bar(EngineName engine, Spread value, double scale, String label) {
        double end = BAR_LEFT + value.median() * scale;
        rectangle(BAR_LEFT, y, value.median() * scale, BAR_HEIGHT, engine.flag());
        if (value.min() < value.max()) {
            body.append(String.format(
                    Locale.ROOT,
                    "<path class=\"range\" d=\"M%.1f %d H%.1f\"/>%n",
                    BAR_LEFT + value.min() * scale,
                    y + BAR_HEIGHT / 2,
                    BAR_LEFT + value.max() * scale));
            end = BAR_LEFT + value.max() * scale;
        }
        text((int) end + 8, y + 13, "", "", label);
    }

    private static String label(StepCase work) {
        String net = work.net().name();
        return net.substring(0, 1).toUpperCase(Locale.ROOT) + net.substring(1) + ", " + work.batch() + " × "
                + work.size() + "³";
    }

    private void rectangle(double x, int top, double width, int height, String style) {
        body.append(String.format(
                Locale.ROOT,
                "<rect class=\"%s\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"2\"/>%n",
                style,
                x,
                top,
                width,
                height));
    }

    private void text(int x, int baseline, String style, String anchor, String words) {
        body.append("<text x=\"").append(x).append("\" y=\"").append(baseline).append('"');
        if (!style.isEmpty()) {
            body.append(" class=\"").append(style).append('"');
        }
        if (!anchor.isEmpty()) {
            body.append(" text-anchor=\"").append(anchor).append('"');
        }
        body.append('>')
                .append(words.replace("&", "&amp;").replace("<", "&lt;"))
                .append("</text>\n");
    }

    private String document() {
        int height = y + MARGIN;
        return String.format(
                        Locale.ROOT,
                        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
                                + "viewBox=\"0 0 %d %d\">%n",
                        WIDTH,
                        height,
                        WIDTH,
                        height)
                + STYLE
                + String.format(
                        Locale.ROOT,
                        "<rect class=\"page\" x=\"0.5\" y=\"0.5\" width=\"%d\" height=\"%d\" rx=\"8\"/>%n",
                        WIDTH - 1,
                        height - 1)
                + body + "</svg>\n";
    }
}
