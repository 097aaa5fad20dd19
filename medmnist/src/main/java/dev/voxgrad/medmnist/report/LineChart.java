package dev.voxgrad.medmnist.report;

import java.util.ArrayList;
import java.util.List;

/**
 * Draws lines as an SVG chart. Lines differ in colour, from a palette that the colour-blind can tell apart (Okabe and
 * Ito, "Color universal design", 2008), and from the seventh line on also in their dashes; the page's style sheet
 * defines the colours, for light and dark.
 */
final class LineChart {
    /** The number of colours s0, s1, … in the style sheet. */
    private static final int COLOURS = 6;

    private static final String[] DASHES = {"", "5 3", "1.5 2.5"};
    private static final double WIDTH = 380;
    private static final double HEIGHT = 310;
    private static final double LEFT = 50;
    private static final double RIGHT = 12;
    private static final double TOP = 24;
    private static final double BOTTOM = 44;

    private final String title;
    private final Axis x;
    private final Axis y;
    private final List<Line> lines = new ArrayList<>();
    private final List<Mark> marks = new ArrayList<>();
    private final List<double[]> guides = new ArrayList<>();

    /** Represents a line through (x[i], y[i]); points whose y is NaN or infinite are left out. */
    private record Line(String name, double[] x, double[] y, boolean dots) {}

    private record Mark(String label, double x, double y, int line) {}

    LineChart(String title, Axis x, Axis y) {
        this.title = title;
        this.x = x;
        this.y = y;
    }

    LineChart line(String name, double[] xs, double[] ys) {
        lines.add(new Line(name, xs, ys, xs.length == 1));
        return this;
    }

    /** Adds a line whose points are drawn as dots. */
    LineChart dotted(String name, double[] xs, double[] ys) {
        lines.add(new Line(name, xs, ys, true));
        return this;
    }

    /** Adds a thin grey line for comparison. */
    LineChart guide(double fromX, double fromY, double toX, double toY) {
        guides.add(new double[] {fromX, fromY, toX, toY});
        return this;
    }

    /** Adds a ring around a point of the line that was added last, with a label above it. */
    LineChart mark(String label, double atX, double atY) {
        marks.add(new Mark(label, atX, atY, lines.size() - 1));
        return this;
    }

    /** Writes the chart as a figure: title, drawing, legend. */
    void write(Html html) {
        html.open("figure").element("figcaption", title);
        Svg.open(html, WIDTH, HEIGHT, title + ": " + y.label() + " over " + x.label());
        writeAxes(html);
        for (double[] guide : guides) {
            html.empty("path", "class", "guide", "d", path(new double[] {guide[0], guide[2]}, new double[] {
                guide[1], guide[3]
            }));
        }
        for (int i = 0; i < lines.size(); i++) {
            writeLine(html, i);
        }
        for (Mark mark : marks) {
            writeMark(html, mark);
        }
        html.close();
        writeLegend(html);
        html.close();
    }

    private void writeAxes(Html html) {
        for (double tick : y.ticks()) {
            String at = Numbers.coordinate(down(tick));
            html.empty("path", "class", "grid", "d", "M" + (int) LEFT + " " + at + "H" + (int) (WIDTH - RIGHT));
            html.element(
                    "text",
                    y.text(tick),
                    "x",
                    Numbers.coordinate(LEFT - 6),
                    "y",
                    Numbers.coordinate(down(tick) + 4),
                    "text-anchor",
                    "end");
        }
        for (double tick : x.ticks()) {
            String at = Numbers.coordinate(right(tick));
            html.empty("path", "class", "grid", "d", "M" + at + " " + (int) TOP + "V" + (int) (HEIGHT - BOTTOM));
            html.element(
                    "text",
                    x.text(tick),
                    "x",
                    at,
                    "y",
                    Numbers.coordinate(HEIGHT - BOTTOM + 16),
                    "text-anchor",
                    "middle");
        }
        html.element(
                "text",
                x.label(),
                "x",
                Numbers.coordinate((LEFT + WIDTH - RIGHT) / 2),
                "y",
                Numbers.coordinate(HEIGHT - 8),
                "text-anchor",
                "middle",
                "class",
                "label");
        double middle = (TOP + HEIGHT - BOTTOM) / 2;
        html.element(
                "text",
                y.label(),
                "x",
                "0",
                "y",
                "0",
                "text-anchor",
                "middle",
                "class",
                "label",
                "transform",
                "translate(13 " + Numbers.coordinate(middle) + ") rotate(-90)");
    }

    private void writeLine(Html html, int index) {
        Line line = lines.get(index);
        html.empty(
                "path",
                "class",
                style(index),
                "d",
                path(line.x(), line.y()),
                "stroke-dasharray",
                line.dots() ? "" : dash(index));
        if (line.dots()) {
            for (int i = 0; i < line.x().length; i++) {
                if (Double.isFinite(line.y()[i])) {
                    circle(html, "dot " + style(index), line.x()[i], line.y()[i], "3.5");
                }
            }
        }
    }

    private void writeMark(Html html, Mark mark) {
        circle(html, style(mark.line()), mark.x(), mark.y(), "5.5");
        double share = x.at(mark.x());
        html.element(
                "text",
                mark.label(),
                "x",
                Numbers.coordinate(right(mark.x())),
                "y",
                Numbers.coordinate(down(mark.y()) - 10),
                "text-anchor",
                share < 0.2 ? "start" : share > 0.8 ? "end" : "middle",
                "class",
                "mark");
    }

    private void circle(Html html, String style, double atX, double atY, String radius) {
        html.empty(
                "circle",
                "class",
                style,
                "cx",
                Numbers.coordinate(right(atX)),
                "cy",
                Numbers.coordinate(down(atY)),
                "r",
                radius);
    }

    private void writeLegend(Html html) {
        html.open("ul", "class", "legend");
        for (int i = 0; i < lines.size(); i++) {
            html.open("li")
                    .open(
                            "svg",
                            "xmlns",
                            "http://www.w3.org/2000/svg",
                            "viewBox",
                            "0 0 26 10",
                            "width",
                            "26",
                            "height",
                            "10",
                            "aria-hidden",
                            "true");
            html.empty(
                    "path",
                    "class",
                    style(i),
                    "d",
                    "M0 5H26",
                    "stroke-dasharray",
                    lines.get(i).dots() ? "" : dash(i));
            html.close().text(" " + lines.get(i).name()).close();
        }
        html.close();
    }

    private static String style(int index) {
        return "s" + index % COLOURS;
    }

    private static String dash(int index) {
        return DASHES[index / COLOURS % DASHES.length];
    }

    private double right(double value) {
        return LEFT + x.at(value) * (WIDTH - LEFT - RIGHT);
    }

    private double down(double value) {
        return HEIGHT - BOTTOM - y.at(value) * (HEIGHT - TOP - BOTTOM);
    }

    /** Returns the path through the points; repeated points are left out, which keeps the file small. */
    private String path(double[] xs, double[] ys) {
        StringBuilder path = new StringBuilder();
        String before = "";
        for (int i = 0; i < xs.length; i++) {
            String point = Numbers.coordinate(right(xs[i])) + " " + Numbers.coordinate(down(ys[i]));
            if (Double.isFinite(ys[i]) && !point.equals(before)) {
                path.append(path.isEmpty() ? 'M' : 'L').append(point);
                before = point;
            }
        }
        return path.toString();
    }
}
