package dev.voxgrad.medmnist.report;

import java.util.stream.Stream;

/** Writes the parts of SVG that charts have in common. */
final class Svg {
    private Svg() {}

    /**
     * Opens a drawing.
     *
     * @param label what a screen reader says
     * @param more further attributes, names and values in turn
     */
    static void open(Html html, double width, double height, String label, String... more) {
        html.open(
                "svg",
                Stream.concat(
                                Stream.of(
                                        "xmlns",
                                        "http://www.w3.org/2000/svg",
                                        "viewBox",
                                        "0 0 " + (int) width + " " + (int) height,
                                        "role",
                                        "img",
                                        "aria-label",
                                        label),
                                Stream.of(more))
                        .toArray(String[]::new));
    }

    /**
     * Writes a text.
     *
     * @param anchor which part of the text is at x: {@code start}, {@code middle} or {@code end}
     * @param style class of the style sheet; empty for none
     */
    static void text(Html html, String text, double x, double y, String anchor, String style) {
        html.element(
                "text",
                text,
                "x",
                Numbers.coordinate(x),
                "y",
                Numbers.coordinate(y),
                "text-anchor",
                anchor,
                "class",
                style);
    }

    /** Writes a filled circle. */
    static void dot(Html html, String style, double x, double y, double radius) {
        html.empty(
                "circle",
                "class",
                style,
                "cx",
                Numbers.coordinate(x),
                "cy",
                Numbers.coordinate(y),
                "r",
                Numbers.coordinate(radius));
    }
}
