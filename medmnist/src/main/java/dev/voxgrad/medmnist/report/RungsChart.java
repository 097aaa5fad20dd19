package dev.voxgrad.medmnist.report;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Draws the rungs of a search as an SVG chart: a column for each rung, a dot for each trial that reached it, and a line
 * from rung to rung for each trial that was promoted.
 */
final class RungsChart {
    private static final double WIDTH = 380;
    private static final double HEIGHT = 310;
    private static final double LEFT = 50;
    private static final double RIGHT = 12;
    private static final double TOP = 14;
    private static final double BOTTOM = 52;

    private final List<Integer> rungs;
    private final List<Course> courses;
    private final Axis auc;

    /**
     * Describes the course of a trial.
     *
     * @param aucs one for each rung that it reached
     */
    record Course(int trial, List<Double> aucs) {}

    /** @param rungs epochs of each rung */
    RungsChart(List<Integer> rungs, List<Course> courses) {
        this.rungs = rungs;
        this.courses = courses;
        this.auc = Axis.ofShares(
                "validation AUC",
                courses.stream()
                        .flatMap(course -> course.aucs().stream())
                        .mapToDouble(Double::doubleValue)
                        .toArray());
    }

    /** Writes the chart as a figure. */
    void write(Html html) {
        String title = "Validation AUC of each trial at each rung";
        html.open("figure").element("figcaption", title);
        Svg.open(html, WIDTH, HEIGHT, title);
        writeAxes(html);
        courses.forEach(course -> writeCourse(html, course));
        html.close().close();
    }

    private void writeAxes(Html html) {
        for (double tick : auc.ticks()) {
            String at = Numbers.coordinate(down(tick));
            html.empty("path", "class", "grid", "d", "M" + (int) LEFT + " " + at + "H" + (int) (WIDTH - RIGHT));
            Svg.text(html, auc.text(tick), LEFT - 8, down(tick) + 4, "end", "");
        }
        for (int rung = 0; rung < rungs.size(); rung++) {
            int reached = reached(rung);
            html.empty(
                    "path",
                    "class",
                    "grid",
                    "d",
                    "M" + Numbers.coordinate(right(rung)) + " " + (int) TOP + "V" + (int) (HEIGHT - BOTTOM));
            int epochs = rungs.get(rung);
            Svg.text(
                    html,
                    epochs + (epochs == 1 ? " epoch" : " epochs"),
                    right(rung),
                    HEIGHT - BOTTOM + 18,
                    "middle",
                    "");
            Svg.text(
                    html,
                    reached + (reached == 1 ? " trial" : " trials"),
                    right(rung),
                    HEIGHT - BOTTOM + 34,
                    "middle",
                    "label");
        }
    }

    private int reached(int rung) {
        return (int)
                courses.stream().filter(course -> course.aucs().size() > rung).count();
    }

    private void writeCourse(Html html, Course course) {
        List<Double> aucs = course.aucs();
        String style = aucs.size() == rungs.size() ? "s1" : aucs.size() > 1 ? "s0" : "other";
        html.open("g", "class", style)
                .element(
                        "title",
                        "trial " + course.trial() + ": "
                                + aucs.stream().map(Numbers::three).collect(Collectors.joining(", ")));
        StringBuilder path = new StringBuilder();
        for (int rung = 0; rung < aucs.size(); rung++) {
            path.append(rung == 0 ? 'M' : 'L')
                    .append(Numbers.coordinate(right(rung)))
                    .append(' ')
                    .append(Numbers.coordinate(down(aucs.get(rung))));
        }
        if (aucs.size() > 1) {
            html.empty("path", "d", path.toString());
        }
        for (int rung = 0; rung < aucs.size(); rung++) {
            Svg.dot(html, "dot", right(rung), down(aucs.get(rung)), 3.5);
        }
        html.close();
    }

    private double right(int rung) {
        double margin = 30;
        double width = WIDTH - LEFT - RIGHT - 2 * margin;
        return LEFT + margin + (rungs.size() == 1 ? width / 2 : width * rung / (rungs.size() - 1));
    }

    private double down(double value) {
        return HEIGHT - BOTTOM - auc.at(value) * (HEIGHT - TOP - BOTTOM);
    }
}
