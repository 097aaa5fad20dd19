package dev.voxgrad.medmnist.text;

import java.util.Locale;

/**
 * Makes text from files and servers safe to display. Control characters could move the cursor, clear the screen, rename
 * the window or type on the user's behalf; marks of writing direction could show the characters of a name in another
 * order. Each of them is escaped as in Java and JSON, such as {@code \u001b}.
 */
public final class VisibleText {
    private VisibleText() {}

    /** Returns whether a character may be shown as it is: line ends and tabs may, halves of surrogate pairs may not. */
    public static boolean isVisible(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL -> codePoint == '\n' || codePoint == '\t';
            case Character.SURROGATE, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> false;
            // Joiners and the soft hyphen belong to ordinary text.
            case Character.FORMAT -> codePoint == 0xAD || codePoint == 0x200C || codePoint == 0x200D;
            default -> true;
        };
    }

    /** Returns a character, escaped if it must not be shown. */
    public static String of(int codePoint) {
        if (isVisible(codePoint)) {
            return Character.toString(codePoint);
        }
        StringBuilder escaped = new StringBuilder();
        for (char half : Character.toChars(codePoint)) {
            escaped.append(String.format(Locale.ROOT, "\\u%04x", (int) half));
        }
        return escaped.toString();
    }

    /** Returns a text with all characters escaped that must not be shown. */
    public static String of(String text) {
        StringBuilder shown = new StringBuilder(text.length());
        text.codePoints().forEach(codePoint -> shown.append(of(codePoint)));
        return shown.toString();
    }

    /** Returns a text as part of one line; the middle of a text of more than {@code most} characters is left out. */
    public static String line(String text, int most) {
        String line = shortened(text, most).replace("\n", "\\n").replace("\t", " ");
        return shortened(of(line), most);
    }

    private static String shortened(String text, int most) {
        if (text.length() <= most) {
            return text;
        }
        String gap = " … ";
        int half = (most - gap.length()) / 2;
        return text.substring(0, half) + gap + text.substring(text.length() - half);
    }
}
