package dev.voxgrad.engine.graph;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Divides the vertices of a graph into rows, with joints where an edge passes rows, and sorts each row. */
final class Rows {
    /** The most joints of a drawing: a tensor that a deep chain reads again and again would need millions. */
    private static final int MOST_JOINTS = 20_000;
    /** How much closer things that are closer to a straight line are drawn to it. */
    private static final double STRAIGHT = 10;

    private static final double LEAF = 1e-6;

    private final List<Item> items = new ArrayList<>();
    private final List<List<Item>> rows = new ArrayList<>();
    private final List<List<Item>> joints = new ArrayList<>();

    /** A vertex, at the index that is its id, or a joint. */
    static final class Item {
        private final int index;
        private final int row;
        private final double width;
        private final double height;
        /** How strongly it is drawn to where it should be. */
        private final double weight;

        private final List<Item> above = new ArrayList<>();
        private final List<Item> below = new ArrayList<>();
        private int position;
        private double key;

        Item(int index, int row, LayeredLayout.Size size, double weight) {
            this.index = index;
            this.row = row;
            this.width = size.width();
            this.height = size.height();
            this.weight = weight;
        }

        int index() {
            return index;
        }

        int row() {
            return row;
        }

        double width() {
            return width;
        }

        double height() {
            return height;
        }

        double weight() {
            return weight;
        }

        /** Returns what it is connected to in the row above, or below. */
        List<Item> neighbours(boolean inRowAbove) {
            return inRowAbove ? above : below;
        }
    }

    Rows(Graph graph, List<LayeredLayout.Size> sizes) {
        int[] rowOf = rowOf(graph);
        boolean[] isMain = new boolean[rowOf.length]; // a leaf that something is computed from, such as a batch
        graph.edges().stream().filter(edge -> edge.input() == 0).forEach(edge -> isMain[edge.from()] = true);
        for (Graph.Vertex vertex : graph.vertices()) {
            boolean main = vertex.kind() == Graph.Kind.OPERATION || isMain[vertex.id()];
            add(new Item(vertex.id(), rowOf[vertex.id()], sizes.get(vertex.id()), main ? STRAIGHT : LEAF));
        }
        int left = MOST_JOINTS;
        for (Graph.Edge edge : graph.edges()) {
            int passed = rowOf[edge.to()] - rowOf[edge.from()] - 1;
            joints.add(passed <= left ? connect(edge, passed) : List.of());
            left -= passed <= left ? passed : 0;
        }
    }

    /** Returns the row of each vertex; vertices are in an order in which inputs come first. */
    private static int[] rowOf(Graph graph) {
        int[] rowOf = new int[graph.vertices().size()];
        boolean[] operation = new boolean[rowOf.length];
        graph.vertices().forEach(vertex -> operation[vertex.id()] = vertex.kind() == Graph.Kind.OPERATION);
        for (Graph.Edge edge : graph.edges()) {
            int least = operation[edge.from()] ? rowOf[edge.from()] + 1 : 1;
            rowOf[edge.to()] = Math.max(rowOf[edge.to()], least);
        }
        boolean[] placed = operation.clone();
        for (Graph.Edge edge : graph.edges()) {
            int just = rowOf[edge.to()] - 1;
            if (!operation[edge.from()] && (!placed[edge.from()] || just < rowOf[edge.from()])) {
                rowOf[edge.from()] = just;
                placed[edge.from()] = true;
            }
        }
        return rowOf;
    }

    private void add(Item item) {
        while (rows.size() <= item.row) {
            rows.add(new ArrayList<>());
        }
        List<Item> row = rows.get(item.row);
        item.position = row.size();
        row.add(item);
        items.add(item);
    }

    private List<Item> connect(Graph.Edge edge, int passed) {
        List<Item> made = new ArrayList<>();
        Item from = items.get(edge.from());
        for (int i = 1; i <= passed; i++) {
            Item joint = new Item(items.size(), items.get(edge.from()).row + i, new LayeredLayout.Size(0, 0), STRAIGHT);
            add(joint);
            made.add(joint);
            link(from, joint);
            from = joint;
        }
        link(from, items.get(edge.to()));
        return made;
    }

    private static void link(Item from, Item to) {
        from.below.add(to);
        to.above.add(from);
    }

    /** Sorts every row by the positions of what its members are connected to in the row above, or below. */
    void sort(boolean fromAbove) {
        for (int i = 0; i < rows.size(); i++) {
            List<Item> row = rows.get(fromAbove ? i : rows.size() - 1 - i);
            for (Item item : row) {
                boolean known = !item.neighbours(fromAbove).isEmpty();
                item.key = mean(item.neighbours(known == fromAbove), item.position);
            }
            row.forEach(Rows::moveLeaf);
            row.sort(Comparator.comparingDouble(item -> item.key));
            for (int position = 0; position < row.size(); position++) {
                row.get(position).position = position;
            }
        }
    }

    /** Gives a leaf a place to the right of the operation, if there is one, that leads to the same result. */
    private static void moveLeaf(Item leaf) {
        if (leaf.weight != LEAF || leaf.below.isEmpty()) {
            return;
        }
        leaf.below.getFirst().above.stream()
                .filter(other -> other.weight != LEAF)
                .findFirst()
                .ifPresent(main -> leaf.key = main.key + Math.ulp(main.key + 1));
    }

    private static double mean(List<Item> neighbours, int otherwise) {
        return neighbours.stream().mapToInt(other -> other.position).average().orElse(otherwise);
    }

    int count() {
        return rows.size();
    }

    /** Returns the members of a row from left to right. */
    List<Item> row(int index) {
        return rows.get(index);
    }

    List<Item> items() {
        return items;
    }

    /** Returns the joints of an edge from top to bottom. */
    List<Item> joints(int edge) {
        return joints.get(edge);
    }
}
