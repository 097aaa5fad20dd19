package dev.voxgrad.engine.language;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds what a person reads in a source file.
 *
 * <p>Each method returns a text with the lines of the file. It replaces what is not prose: by blanks where a sentence
 * continues across it, such as the asterisk that starts a line of Javadoc, otherwise by {@link #CODE}.
 */
final class Prose {
    private static final char CODE = '\u0001';
    private static final Pattern MARGIN = Pattern.compile("^[ \\t]*(\\*|#|//|/\\*\\*?|<!--|>)", Pattern.MULTILINE);
    private static final Pattern TEST_NAME = Pattern.compile("\\bvoid ([a-z][A-Za-z0-9]*)\\(");
    private static final Pattern HUMP = Pattern.compile("(?<=[a-z0-9])(?=[A-Z])");

    private Prose() {}

    /** Returns all of a text that has no code, such as Markdown or a shell script. */
    static String ofText(String text) {
        return withoutMargins(text);
    }

    /** Returns the comments and string literals of a Java, CUDA or C++ file. */
    static String ofCode(String code) {
        char[] prose = new char[code.length()];
        int at = 0;
        while (at < code.length()) {
            int end = tokenEnd(code, at);
            char first = code.charAt(at);
            boolean comment = end > at + 1 && first == '/';
            for (int i = at; i < end; i++) {
                char c = code.charAt(i);
                // A literal that is continued by "+" is one sentence.
                boolean joint = Character.isWhitespace(c) || c == '"' || c == '+';
                prose[i] = comment || first == '"' && c != '"' ? c : joint ? (c == '\n' ? c : ' ') : CODE;
            }
            at = end;
        }
        return withoutMargins(new String(prose));
    }

    /** Returns the names of a Java test's methods as separate words, each name in its own line. */
    static String ofTestNames(String code) {
        StringBuilder names = new StringBuilder();
        for (String line : code.lines().toList()) {
            Matcher name = TEST_NAME.matcher(line);
            if (name.find()) {
                names.append(HUMP.matcher(name.group(1)).replaceAll(" "));
            }
            names.append(CODE).append('\n');
        }
        return names.toString();
    }

    /** Returns where the comment, literal or single character that starts at an offset ends. */
    private static int tokenEnd(String code, int at) {
        if (code.startsWith("//", at)) {
            return endOf(code, "\n", at);
        } else if (code.startsWith("/*", at)) {
            return endOf(code, "*/", at + 2);
        } else if (code.startsWith("\"\"\"", at)) {
            return endOf(code, "\"\"\"", at + 3);
        } else if (code.charAt(at) == '"' || code.charAt(at) == '\'') {
            int i = at + 1;
            while (i < code.length() && code.charAt(i) != code.charAt(at) && code.charAt(i) != '\n') {
                i += code.charAt(i) == '\\' ? 2 : 1;
            }
            return Math.min(i + 1, code.length());
        }
        return at + 1;
    }

    private static int endOf(String code, String terminator, int from) {
        int found = code.indexOf(terminator, from);
        return found < 0 ? code.length() : found + terminator.length();
    }

    private static String withoutMargins(String text) {
        return MARGIN.matcher(text)
                .replaceAll(margin -> " ".repeat(margin.group().length()));
    }
}
