package dev.voxgrad.engine.graph;

/** Words a vertex for drawings. Names can come from anywhere, so they are shortened and made visible. */
final class Labels {
    /** The longest name that a box shows. */
    private static final int LONGEST = 30;

    private static final char REPLACEMENT = '\uFFFD';

    private Labels() {}

    /** Returns the first line: the name of the operation or leaf. */
    static String title(Graph.Vertex vertex) {
        return shortened(vertex.name());
    }

    /** Returns the second line: layer and shape. */
    static String detail(Graph.Vertex vertex) {
        String shape = vertex.tensor().shape().toString();
        return vertex.layer().isEmpty() ? shape : shortened(vertex.layer()) + "  " + shape;
    }

    /** Keeps the end of a long name, which says most: {@code …downsample.0.weight}. */
    private static String shortened(String name) {
        int letters = name.codePointCount(0, name.length());
        return letters <= LONGEST ? name : "…" + name.substring(name.offsetByCodePoints(0, letters - LONGEST + 1));
    }

    /** Replaces what neither DOT nor XML allows: control characters, and halves of surrogate pairs. */
    static String visible(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints()
                .forEach(c -> out.appendCodePoint(
                        Character.isISOControl(c) || (c >= 0xD800 && c < 0xE000) || c == 0xFFFE || c == 0xFFFF
                                ? REPLACEMENT
                                : c));
        return out.toString();
    }
}
