package dev.voxgrad.medmnist.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;

import dev.voxgrad.medmnist.metrics.Bootstrap;

/** Draws figures as an SVG chart: one dot per row, with whiskers if there is an interval. */
final class IntervalChart {
    private static final double WIDTH = 380;
    private static final double LEFT = 192;
    private static final double RIGHT = 14;
    private static final double ROW = 20;
    private static final double TOP = 6;
    private static final double BOTTOM = 40;

    private final String title;
    private final String label;
    private final List<Row> rows = new ArrayList<>();

    private record Row(String name, double value, Optional<Bootstrap.Interval> interval, boolean own) {}

    IntervalChart(String title, String label) {
        this.title = title;
        this.label = label;
    }

    /** Adds a row, unless its value is NaN; {@code own} distinguishes this run's rows from published ones. */
    void add(String name, double value, Optional<Bootstrap.Interval> interval, boolean own) {
        if (Double.isNaN(value)) {
            return;
        }
        rows.add(new Row(name, value, interval, own));
    }

    /** Writes the chart as a figure, unless it has no rows. */
    void write(Html html) {
        if (rows.isEmpty()) {
            return;
        }
        Axis axis = Axis.over(
                label,
                rows.stream()
                        .flatMapToDouble(row -> DoubleStream.concat(
                                DoubleStream.of(row.value()),
                                row.interval().stream()
                                        .flatMapToDouble(interval -> DoubleStream.of(interval.low(), interval.high()))))
                        .toArray());
        double bottom = TOP + rows.size() * ROW;
        html.open("figure").element("figcaption", title);
        Svg.open(html, WIDTH, bottom + BOTTOM, title);
        for (double tick : axis.ticks()) {
            String at = Numbers.coordinate(right(axis, tick));
            html.empty("path", "class", "grid", "d", "M" + at + " " + (int) TOP + "V" + (int) bottom);
            html.element(
                    "text", axis.text(tick), "x", at, "y", Numbers.coordinate(bottom + 15), "text-anchor", "middle");
        }
        html.element(
                "text",
                label,
                "x",
                Numbers.coordinate((LEFT + WIDTH - RIGHT) / 2),
                "y",
                Numbers.coordinate(bottom + 33),
                "text-anchor",
                "middle",
                "class",
                "label");
        for (int i = 0; i < rows.size(); i++) {
            writeRow(html, axis, rows.get(i), TOP + (i + 0.5) * ROW);
        }
        html.close().close();
    }

    private void writeRow(Html html, Axis axis, Row row, double middle) {
        String style = row.own() ? "s0" : "other";
        html.element(
                "text",
                row.name(),
                "x",
                Numbers.coordinate(LEFT - 10),
                "y",
                Numbers.coordinate(middle + 4),
                "text-anchor",
                "end");
        row.interval()
                .ifPresent(interval -> html.empty(
                        "path",
                        "class",
                        style,
                        "d",
                        "M" + Numbers.coordinate(right(axis, interval.low())) + " " + Numbers.coordinate(middle) + "H"
                                + Numbers.coordinate(right(axis, interval.high()))));
        Svg.dot(html, "dot " + style, right(axis, row.value()), middle, 4);
    }

    private static double right(Axis axis, double value) {
        return LEFT + axis.at(value) * (WIDTH - LEFT - RIGHT);
    }
}
