package dev.voxgrad.medmnist.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import dev.voxgrad.medmnist.search.space.Configuration;
import dev.voxgrad.medmnist.search.space.Dimension;
import dev.voxgrad.medmnist.search.space.Domain;
import dev.voxgrad.medmnist.search.space.Space;

/**
 * Draws trials in parallel coordinates as an SVG chart: an axis for each dimension with several values and one for the
 * AUC, and a line through the values of each trial. The line of a trial without a value leaves out its axis. The best
 * trials are drawn last, in colours.
 */
final class ParallelCoordinates {
    private static final double STEP = 92;
    private static final double HEIGHT = 340;
    private static final double SIDE = 56;
    private static final double TOP = 44;
    private static final double BOTTOM = 24;
    /** Equal values are drawn so far from each other, at most, that their lines stay apart. */
    private static final double SPREAD = 5;

    private final List<Dimension> dimensions;
    private final List<Line> lines;
    private final Axis auc;

    /** @param style class of the style sheet */
    record Line(int trial, Configuration configuration, double auc, String style) {}

    /** @param lines those to be drawn over others come last */
    ParallelCoordinates(Space space, List<Line> lines) {
        this.dimensions = space.dimensions().stream()
                .filter(dimension -> dimension.domain().size() > 1)
                .toList();
        this.lines = lines;
        this.auc = Axis.over("AUC", lines.stream().mapToDouble(Line::auc).toArray());
    }

    /** Writes the chart as a figure, in a box that scrolls if it is wider than the screen. */
    void write(Html html) {
        String title = "Settings and validation AUC of each trial";
        int width = (int) (2 * SIDE + STEP * dimensions.size());
        html.open("figure", "class", "parallel").element("figcaption", title);
        html.open("div", "class", "scroll", "tabindex", "0", "role", "region", "aria-label", title);
        Svg.open(html, width, HEIGHT, title, "style", "width:" + width + "px");
        lines.forEach(line -> writeLine(html, line));
        for (int i = 0; i <= dimensions.size(); i++) {
            writeAxis(html, i);
        }
        html.close().close().close();
    }

    private void writeAxis(Html html, int index) {
        String x = Numbers.coordinate(across(index));
        html.empty("path", "class", "guide", "d", "M" + x + " " + (int) TOP + "V" + (int) (HEIGHT - BOTTOM));
        boolean last = index == dimensions.size();
        Svg.text(html, last ? "AUC" : dimensions.get(index).name(), across(index), TOP - 22, "middle", "label");
        if (last) {
            auc.ticks().forEach(tick -> mark(html, index, down(auc.at(tick)) + 4, auc.text(tick)));
            return;
        }
        switch (dimensions.get(index).domain()) {
            case Domain.Choice choice ->
                choice.values().forEach(value -> mark(html, index, down(position(choice, value)) + 4, value));
            case Domain.Numeric numeric ->
                numeric.extremes().forEach(value -> {
                    double y = numeric.position(value) > 0.5 ? TOP - 6 : HEIGHT - BOTTOM + 16;
                    mark(html, index, y, value);
                });
        }
    }

    private static void mark(Html html, int index, double y, String text) {
        Svg.text(html, text, across(index), y, "middle", "mark");
    }

    private void writeLine(Html html, Line line) {
        List<String> points = new ArrayList<>();
        for (int i = 0; i < dimensions.size(); i++) {
            Dimension dimension = dimensions.get(i);
            Optional<String> value = line.configuration().find(dimension.name());
            if (value.isPresent()) {
                points.add(point(i, position(dimension.domain(), value.get()), spread(line.trial())));
            }
        }
        points.add(point(dimensions.size(), auc.at(line.auc()), 0));
        html.open("g", "class", line.style())
                .element(
                        "title",
                        "trial " + line.trial() + ", AUC " + Numbers.three(line.auc()) + ": "
                                + line.configuration().toText());
        html.empty("path", "d", "M" + String.join("L", points)).close();
    }

    private String point(int index, double position, double shift) {
        return Numbers.coordinate(across(index)) + " " + Numbers.coordinate(down(position) + shift);
    }

    /** Returns a shift from −{@value #SPREAD} to {@value #SPREAD} that differs between trials with near numbers. */
    private static double spread(int trial) {
        return SPREAD * ((trial * 7 % 11) / 5.0 - 1);
    }

    /** Returns the place of a value from 0 at the lower end to 1 at the upper one. */
    private static double position(Domain domain, String value) {
        return switch (domain) {
            case Domain.Choice choice ->
                1 - (choice.values().indexOf(value) + 0.5) / choice.values().size();
            case Domain.Numeric numeric -> numeric.position(value);
        };
    }

    private static double across(int index) {
        return SIDE + STEP * index;
    }

    private static double down(double position) {
        return HEIGHT - BOTTOM - position * (HEIGHT - TOP - BOTTOM);
    }
}
