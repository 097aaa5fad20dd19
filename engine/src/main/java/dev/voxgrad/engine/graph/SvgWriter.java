package dev.voxgrad.engine.graph;

import java.util.List;
import java.util.Locale;

/** Writes a {@link Graph} as a drawing: SVG that is complete in itself. */
final class SvgWriter {
    private static final double MARGIN = 16;
    private static final double HEIGHT = 40;
    /** Units per letter of the longer line, roughly, and around the text. */
    private static final double LETTER = 6.2;

    private static final double SIDES = 24;

    private static final String STYLE = """
            <style>
            svg { background: #fff; font: 11px system-ui, sans-serif; }
            rect { fill: #f2f6fb; stroke: #5b8db8; }
            .parameter rect { fill: #e2f5ec; stroke: #3f9d76; }
            .constant rect { fill: #f4f4f4; stroke: #9a9a9a; }
            text { fill: #1b1f24; text-anchor: middle; }
            .detail { fill: #57606a; font-size: 10px; }
            path { fill: none; stroke: #9aa5b1; }
            @media (prefers-color-scheme: dark) {
              svg { background: #0f1318; }
              rect { fill: #17212c; stroke: #5b8db8; }
              .parameter rect { fill: #14291f; }
              .constant rect { fill: #20242a; }
              text { fill: #e6e9ec; }
              .detail { fill: #9aa5b1; }
              path { stroke: #57606a; }
            }
            </style>
            """;

    private final StringBuilder out = new StringBuilder();

    private SvgWriter() {}

    static String write(Graph graph) {
        LayeredLayout layout = LayeredLayout.of(graph, SvgWriter::size);
        SvgWriter writer = new SvgWriter();
        writer.open(layout);
        layout.routes().forEach(writer::route);
        for (Graph.Vertex vertex : graph.vertices()) {
            writer.box(vertex, layout.boxes().get(vertex.id()));
        }
        return writer.out.append("</svg>\n").toString();
    }

    private static LayeredLayout.Size size(Graph.Vertex vertex) {
        int letters =
                Math.max(Labels.title(vertex).length(), Labels.detail(vertex).length());
        return new LayeredLayout.Size(SIDES + LETTER * letters, HEIGHT);
    }

    private void open(LayeredLayout layout) {
        double width = layout.width() + 2 * MARGIN;
        double height = layout.height() + 2 * MARGIN;
        out.append(format(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"%.0f %.0f %.0f %.0f\" width=\"%.0f\" "
                        + "height=\"%.0f\" role=\"img\">%n",
                -MARGIN, -MARGIN, width, height, width, height));
        out.append(STYLE);
    }

    private void route(LayeredLayout.Route route) {
        out.append("<path d=\"").append(curve(route.points())).append("\"/>\n");
    }

    /** Returns a curve that leaves and enters every point of a route vertically. */
    private static String curve(List<LayeredLayout.Point> points) {
        LayeredLayout.Point from = points.getFirst();
        StringBuilder path = new StringBuilder(format("M%.1f %.1f", from.x(), from.y()));
        for (LayeredLayout.Point to : points.subList(1, points.size())) {
            double middle = (from.y() + to.y()) / 2;
            path.append(format("C%.1f %.1f %.1f %.1f %.1f %.1f", from.x(), middle, to.x(), middle, to.x(), to.y()));
            from = to;
        }
        return path.toString();
    }

    private void box(Graph.Vertex vertex, LayeredLayout.Box box) {
        out.append("<g class=\"")
                .append(vertex.kind().name().toLowerCase(Locale.ROOT))
                .append("\"><title>")
                .append(escape((vertex.layer() + " " + vertex.name()).strip()))
                .append(' ')
                .append(vertex.tensor().shape())
                .append("</title>");
        out.append(format(
                "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"6\"/>",
                box.x(), box.y(), box.width(), box.height()));
        text(Labels.title(vertex), "", box, 17);
        text(Labels.detail(vertex), " class=\"detail\"", box, 31);
        out.append("</g>\n");
    }

    private void text(String text, String style, LayeredLayout.Box box, double down) {
        out.append(format("<text x=\"%.1f\" y=\"%.1f\"%s>", box.x() + box.width() / 2, box.y() + down, style))
                .append(escape(text))
                .append("</text>");
    }

    private static String escape(String text) {
        return Labels.visible(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
