package dev.voxgrad.medmnist.report;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.lrfind.LearningRateCurve;
import dev.voxgrad.medmnist.lrfind.LearningRateCurve.Point;
import dev.voxgrad.medmnist.lrfind.LearningRateCurve.Suggestion;
import dev.voxgrad.medmnist.lrfind.LearningRateFinder;
import dev.voxgrad.medmnist.train.settings.TrainSettings;

/** Writes a learning-rate range test as one page of HTML, which requires no network and no JavaScript. */
public final class LearningRatePage {
    private LearningRatePage() {}

    /** Returns the page; the curve must have a point. The same test gives the same page to the byte. */
    public static String html(VolumeData data, LearningRateFinder.Settings settings, LearningRateCurve curve) {
        String title = "Learning rate: " + settings.net().name() + " on " + data.title();
        Html html = new Html();
        RunReport.openPage(html, title);
        html.element("h1", title);
        Optional<Suggestion> suggestion = curve.suggestion();
        suggestion.ifPresent(found -> html.element("p", "Suggested: --lr " + found.rounded(), "class", "notice"));
        html.element("p", curve.account());
        writeChart(html, settings.range(), curve);
        Point last = curve.points().getLast();
        html.element(
                "p",
                String.format(
                        Locale.ROOT,
                        "A range test: the rate grows by the same factor from step to "
                                + "step while the net is trained. Each loss is measured before the step with its "
                                + "rate. The test ended "
                                + "after step %d of %d, at rate %.3g: %s. One test of one net on a few batches is a "
                                + "rough guide; other "
                                + "seeds give other rates.",
                        last.step(),
                        settings.range().steps(),
                        last.rate(),
                        curve.end().words()),
                "class",
                "small");
        writeSettings(html, data, settings);
        RunReport.closePage(html);
        return html.toString();
    }

    private static void writeChart(Html html, LearningRateCurve.Range range, LearningRateCurve curve) {
        double highest = curve.points().stream()
                .mapToDouble(Point::smoothed)
                .filter(Double::isFinite)
                .max()
                .orElse(1);
        double lowest = curve.lowest().map(Point::smoothed).orElse(1.0);
        double ceiling = Math.min(highest, LearningRateCurve.TOO_HIGH * lowest);
        double[] losses = below(ceiling, curve.points(), Point::loss);
        double[] smoothed = below(ceiling, curve.points(), Point::smoothed);
        Axis y = Axis.over("loss", both(losses, smoothed));
        double[] rates = curve.points().stream().mapToDouble(Point::rate).toArray();
        LineChart chart = new LineChart(
                "Loss over the learning rate", Axis.powers("learning rate, logarithmic", range.from(), range.to()), y);
        chart.line("loss of each batch", rates, losses).line("smoothed", rates, smoothed);
        curve.suggestion()
                .ifPresent(found -> chart.guide(
                                found.point().rate(), y.low(), found.point().rate(), y.high())
                        .mark(
                                found.rounded(),
                                found.point().rate(),
                                found.point().smoothed()));
        chart.write(html);
        long above = curve.points().stream()
                .filter(point -> !(point.loss() <= ceiling))
                .count();
        if (above > 0) {
            html.element(
                    "p",
                    "Not drawn: the losses of " + above + (above == 1 ? " batch" : " batches")
                            + " beyond the chart's upper edge; the CSV file has all.",
                    "class",
                    "small");
        }
    }

    private static double[] below(double ceiling, List<Point> points, ToDoubleFunction<Point> value) {
        return points.stream()
                .mapToDouble(value)
                .map(loss -> loss <= ceiling ? loss : Double.NaN)
                .toArray();
    }

    private static double[] both(double[] some, double[] more) {
        double[] all = Arrays.copyOf(some, some.length + more.length);
        System.arraycopy(more, 0, all, some.length, more.length);
        return all;
    }

    private static void writeSettings(Html html, VolumeData data, LearningRateFinder.Settings settings) {
        html.open("dl");
        item(
                html,
                "rates",
                settings.range().from() + " to " + settings.range().to() + " in "
                        + settings.range().steps() + " steps");
        item(html, "data", data.name() + ", " + data.train().size() + " volumes to train on");
        TrainSettings run = settings.run();
        item(html, "batch size", String.valueOf(run.batchSize()));
        item(html, "optimiser", run.optimizer().title() + ", weight decay " + run.weightDecay());
        item(html, "volumes", data.preparationWords());
        item(html, "augmentation", run.augment());
        item(html, "seed", String.valueOf(run.seed()));
        item(html, "initial weights", run.startWords());
        html.close();
    }

    private static void item(Html html, String name, String value) {
        html.element("dt", name).element("dd", value);
    }
}
