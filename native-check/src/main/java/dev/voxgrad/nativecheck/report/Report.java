package dev.voxgrad.nativecheck.report;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Writes the findings and the verdict, for people and for programs.
 *
 * @param sections the findings
 * @param verdict the conclusion
 */
public record Report(List<Section> sections, Verdict verdict) {
    private static final int NAME_WIDTH = 14;
    private static final String INDENT = "        ";
    /** Lists of files in several folders have a few hundred characters. */
    private static final int LONGEST = 4000;

    private static final int REPLACEMENT = '?';

    /** Creates the report with the verdict that follows from the findings. */
    public static Report of(List<Section> sections) {
        return new Report(sections, Verdict.of(sections));
    }

    /** Returns the text: a line per finding, two more if something needs to be done; the verdict is the last line. */
    public String text() {
        StringBuilder out = new StringBuilder();
        for (Section section : sections) {
            out.append(section.title()).append('\n');
            int width = section.findings().stream()
                    .mapToInt(finding -> finding.name().length())
                    .max()
                    .orElse(0);
            String line = "  %s  %-" + Math.max(NAME_WIDTH, width) + "s %s\n";
            String fixAbove = "";
            for (Finding finding : section.findings()) {
                out.append(
                        String.format(Locale.ROOT, line, finding.status(), finding.name(), printable(finding.found())));
                if (!finding.wanted().isEmpty()) {
                    out.append(INDENT)
                            .append("wanted: ")
                            .append(printable(finding.wanted()))
                            .append('\n');
                    out.append(INDENT)
                            .append("fix:    ")
                            .append(finding.fix().equals(fixAbove) ? "as above" : printable(finding.fix()))
                            .append('\n');
                    fixAbove = finding.fix();
                }
            }
        }
        return out.append('\n')
                .append(printable(verdict.sentence()))
                .append('\n')
                .toString();
    }

    /**
     * Returns a text that is safe on one line of a terminal: text from files and other programs may contain characters
     * that move the cursor, and may be endless.
     */
    public static String printable(String text) {
        StringBuilder out = new StringBuilder();
        text.codePoints()
                .limit(LONGEST)
                .forEach(c -> out.appendCodePoint(
                        switch (Character.getType(c)) {
                            case Character.CONTROL,
                                    Character.FORMAT,
                                    Character.LINE_SEPARATOR,
                                    Character.PARAGRAPH_SEPARATOR,
                                    Character.SURROGATE -> REPLACEMENT;
                            default -> c;
                        }));
        return text.codePointCount(0, text.length()) > LONGEST ? out + "..." : out.toString();
    }

    /** Returns the report as one JSON object. */
    public String json() {
        String body = sections.stream().map(Report::json).collect(Collectors.joining(",\n"));
        return "{\"readiness\": " + quote(verdict.readiness().name())
                + ", \"exitCode\": " + verdict.readiness().exitCode()
                + ", \"verdict\": " + quote(verdict.sentence())
                + ",\n \"sections\": [\n" + body + "\n ]}\n";
    }

    private static String json(Section section) {
        String findings = section.findings().stream().map(Report::json).collect(Collectors.joining(",\n"));
        return "  {\"title\": " + quote(section.title()) + ", \"findings\": [\n" + findings + "\n  ]}";
    }

    private static String json(Finding finding) {
        return "   {\"status\": " + quote(finding.status().name()) + ", \"name\": " + quote(finding.name())
                + ", \"found\": " + quote(finding.found()) + ", \"wanted\": " + quote(finding.wanted())
                + ", \"fix\": " + quote(finding.fix()) + "}";
    }

    /**
     * Returns a JSON string (RFC 8259, section 7). Quotation marks, backslashes and everything outside ASCII are
     * escaped, because the terminal's character set may lack it.
     */
    static String quote(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ' || c > '~') {
                out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.append('"').toString();
    }
}
