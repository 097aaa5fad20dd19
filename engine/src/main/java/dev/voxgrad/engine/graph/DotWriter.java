package dev.voxgrad.engine.graph;

/** Writes a {@link Graph} in Graphviz's language: https://graphviz.org/doc/info/lang.html. */
final class DotWriter {
    private DotWriter() {}

    static String write(Graph graph) {
        StringBuilder out = new StringBuilder();
        out.append("digraph voxgrad {\n  rankdir=TB;\n  node [fontname=\"sans-serif\", fontsize=11];\n");
        out.append("  edge [fontname=\"sans-serif\", fontsize=9];\n");
        for (Graph.Vertex vertex : graph.vertices()) {
            out.append("  n").append(vertex.id()).append(" [").append(style(vertex.kind()));
            out.append(", label=\"").append(escape(Labels.title(vertex))).append("\\n");
            out.append(escape(Labels.detail(vertex))).append("\"];\n");
        }
        for (Graph.Edge edge : graph.edges()) {
            out.append("  n").append(edge.from()).append(" -> n").append(edge.to());
            out.append(" [label=\"").append(escape(edge.role())).append("\"];\n");
        }
        return out.append("}\n").toString();
    }

    private static String style(Graph.Kind kind) {
        return switch (kind) {
            case OPERATION -> "shape=box, style=rounded";
            case PARAMETER -> "shape=box, style=filled, fillcolor=\"#d7f0e5\"";
            case CONSTANT -> "shape=ellipse";
        };
    }

    /** Escapes a text for double quotes; a backslash would otherwise start one of Graphviz's own escapes. */
    private static String escape(String text) {
        return Labels.visible(text).replace("\\", "\\\\").replace("\"", "\\\"");
    }
}
