package dev.voxgrad.medmnist.report;

import java.util.ArrayDeque;
import java.util.Deque;

import dev.voxgrad.medmnist.text.VisibleText;

/**
 * Writes HTML that is XML too: whatever is opened is closed, and all text and attributes are escaped, so that labels
 * and paths of the user's can't become markup.
 */
final class Html {
    private static final String DOCTYPE = "<!DOCTYPE html>\n";

    private final StringBuilder out = new StringBuilder(DOCTYPE);
    private final Deque<String> open = new ArrayDeque<>();

    /** Begins an element; attributes are names and values in turn. */
    Html open(String tag, String... attributes) {
        start(tag, attributes).append('>');
        open.push(tag);
        return this;
    }

    /** Ends the element that was begun last, and the line, unless text may follow without a space. */
    Html close() {
        String tag = open.pop();
        out.append("</").append(tag).append(tag.equals("a") ? ">" : ">\n");
        return this;
    }

    /** An element without content, such as {@code meta} or SVG's {@code path}. */
    Html empty(String tag, String... attributes) {
        start(tag, attributes).append(" />");
        return this;
    }

    /** An element that holds nothing but text. */
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
     * XML 1.0 has no control characters but tab and line ends, no halves of surrogate pairs, no U+FFFE or U+FFFF; marks
     * of writing direction could show a name in another order than it has.
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

    /** The page; every element must have been ended. */
    @Override
    public String toString() {
        if (!open.isEmpty()) {
            throw new IllegalStateException("html: not ended: " + open);
        }
        return out.toString();
    }
}
