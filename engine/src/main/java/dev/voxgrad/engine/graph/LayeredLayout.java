package dev.voxgrad.engine.graph;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;

/**
 * Places the vertices of a {@link Graph} in rows from top to bottom, so that every operation is below its inputs.
 *
 * <p>This is the method of Sugiyama, Tagawa and Toda, "Methods for visual understanding of hierarchical system
 * structures", IEEE Transactions on Systems, Man, and Cybernetics, 1981, in four steps. An operation's row is the one
 * after its lowest input; a leaf is in the row above its first use. An edge that passes rows gets a joint in each
 * ({@link Rows}). Each row is sorted by the mean position of what its members are connected to. At last, each row is
 * moved as close to that as the widths allow ({@link Spacing}), operations first, so that a chain is a straight line.
 * Time and memory grow with the number of vertices and edges, not with their depth.
 */
public final class LayeredLayout {
    /** Distance between the boxes of a row, and between rows. */
    private static final double GAP_X = 14;

    private static final double GAP_Y = 34;
    /** Passes over all rows; each goes down or up in turn. */
    private static final int SWEEPS = 8;

    private final List<Box> boxes;
    private final List<Route> routes;
    private final double width;
    private final double height;

    /** Represents the size of a box. */
    public record Size(double width, double height) {}

    /** Represents a placed box; x and y are its upper left corner. */
    public record Box(double x, double y, double width, double height) {}

    /** Represents a point of a drawing, y downwards. */
    public record Point(double x, double y) {}

    /** Represents the way of an edge: from the lower side of one box to the upper side of another. */
    public record Route(Graph.Edge edge, List<Point> points) {}

    private LayeredLayout(List<Box> boxes, List<Route> routes, double width, double height) {
        this.boxes = List.copyOf(boxes);
        this.routes = List.copyOf(routes);
        this.width = width;
        this.height = height;
    }

    /** Places the vertices, whose sizes the caller decides. */
    public static LayeredLayout of(Graph graph, Function<Graph.Vertex, Size> size) {
        List<Size> sizes = graph.vertices().stream().map(size).toList();
        Rows rows = new Rows(graph, sizes);
        for (int sweep = 0; sweep < SWEEPS; sweep++) {
            rows.sort(sweep % 2 == 0);
        }
        double[] centres = Spacing.centres(rows, GAP_X, SWEEPS);
        return place(graph, sizes, rows, centres);
    }

    private static LayeredLayout place(Graph graph, List<Size> sizes, Rows rows, double[] centres) {
        double[] tops = new double[rows.count() + 1];
        for (int row = 0; row < rows.count(); row++) {
            double highest = 0;
            for (Rows.Item item : rows.row(row)) {
                highest = Math.max(highest, item.height());
            }
            tops[row + 1] = tops[row] + highest + GAP_Y;
        }
        double left = Double.POSITIVE_INFINITY;
        double right = Double.NEGATIVE_INFINITY;
        for (Rows.Item item : rows.items()) {
            left = Math.min(left, centres[item.index()] - item.width() / 2);
            right = Math.max(right, centres[item.index()] + item.width() / 2);
        }
        List<Box> boxes = new ArrayList<>();
        for (Graph.Vertex vertex : graph.vertices()) {
            int row = rows.items().get(vertex.id()).row();
            Size size = sizes.get(vertex.id());
            double space = tops[row + 1] - GAP_Y - tops[row];
            boxes.add(new Box(
                    centres[vertex.id()] - left - size.width() / 2,
                    tops[row] + (space - size.height()) / 2,
                    size.width(),
                    size.height()));
        }
        List<Route> routes = new ArrayList<>();
        for (int i = 0; i < graph.edges().size(); i++) {
            routes.add(route(graph.edges().get(i), boxes, rows.joints(i), centres, tops, left));
        }
        return new LayeredLayout(boxes, routes, right - left, tops[rows.count()] - GAP_Y);
    }

    private static Route route(
            Graph.Edge edge, List<Box> boxes, List<Rows.Item> joints, double[] centres, double[] tops, double left) {
        Box from = boxes.get(edge.from());
        Box to = boxes.get(edge.to());
        List<Point> points = new ArrayList<>();
        points.add(new Point(from.x() + from.width() / 2, from.y() + from.height()));
        for (Rows.Item joint : joints) {
            double middle = (tops[joint.row()] + tops[joint.row() + 1] - GAP_Y) / 2;
            points.add(new Point(centres[joint.index()] - left, middle));
        }
        points.add(new Point(to.x() + to.width() / 2, to.y()));
        return new Route(edge, Collections.unmodifiableList(points));
    }

    /** Returns the box of each vertex, by its id. */
    public List<Box> boxes() {
        return boxes;
    }

    /** Returns the way of each edge, in the order of {@link Graph#edges}. */
    public List<Route> routes() {
        return routes;
    }

    /** Returns the width of the drawing; it starts at 0. */
    public double width() {
        return width;
    }

    /** Returns the height of the drawing; it starts at 0. */
    public double height() {
        return height;
    }
}
