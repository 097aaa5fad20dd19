package dev.voxgrad.medmnist.report;

import java.util.ArrayDeque;
import java.util.Deque;

import dev.voxgrad.medmnist.text.VisibleText;

/**
 * Writes HTML that is also well-formed XML: every element is closed, and all text and attributes are escaped, so that
 * the user's labels and paths cannot become markup.
 */
final class Html {
    private static final String DOCTYPE = "<!DOCTYPE html>\n";

    private final StringBuilder out = new StringBuilder(DOCTYPE);
    private final Deque<String> open = new ArrayDeque<>();

    /** Starts an element; attributes are names and values in turn. */
    Html open(String tag, String... attributes) {
        start(tag, attributes).append('>');
        open.push(tag);
        return this;
    }

    /** Ends the innermost element, and the line, unless text may follow without a space. */
    Html close() {
        String tag = open.pop();
        out.append("</").append(tag).append(tag.equals("a") ? ">" : ">\n");
        return this;
    }

    /** Writes an element without content, such as {@code meta} or SVG's {@code path}. */
    Html empty(String tag, String... attributes) {
        start(tag, attributes).append(" />");
        return this;
    }

    /** Writes an element that contains only text. */
    Html element(String tag, String content, String... attributes) {
        return open(tag, attributes).text(content).close();
    }

    Html text(String content) {
        escape(content);
        return this;
    }

    private StringBuilder start(String tag, String... attributes) {
        out.append('<').append(tag);
        for (int i = 0; i < attributes.length; i += 2) {
            out.append(' ').append(attributes[i]).append("=\"");
            escape(attributes[i + 1]);
            out.append('"');
        }
        return out;
    }

    private void escape(String content) {
        for (int i = 0; i < content.length(); i++) {
            char c = content.charAt(i);
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                default -> out.append(isAllowed(content, i) ? c : '\uFFFD');
            }
        }
    }

    /**
     * Returns whether a character may be written. XML 1.0 allows no control characters except tab and line ends, no
     * halves of surrogate pairs, no U+FFFE or U+FFFF; marks of writing direction could show a name in another order.
     */
    private static boolean isAllowed(String content, int at) {
        char c = content.charAt(at);
        if (Character.isHighSurrogate(c)) {
            return at + 1 < content.length() && Character.isLowSurrogate(content.charAt(at + 1));
        }
        if (Character.isLowSurrogate(c)) {
            return at > 0 && Character.isHighSurrogate(content.charAt(at - 1));
        }
        return VisibleText.isVisible(c) && c < '\uFFFE' || c == '\r';
    }

    /** Returns the page; every element must have been ended. */
    @Override
    public String toString() {
        if (!open.isEmpty()) {
            throw new IllegalStateException("html: not ended: " + open);
        }
        return out.toString();
    }
}
