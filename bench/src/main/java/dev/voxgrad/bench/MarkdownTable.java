package dev.voxgrad.bench;

import java.util.List;

/** Tables in Markdown, with columns that also line up in a terminal. */
public final class MarkdownTable {
    private MarkdownTable() {}

    /** The table of these rows, all of the same length; the first is the head. */
    public static String of(List<List<String>> rows) {
        int columns = rows.getFirst().size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int column = 0; column < columns; column++) {
                widths[column] = Math.max(widths[column], row.get(column).length());
            }
        }
        StringBuilder text = new StringBuilder();
        line(text, rows.getFirst(), widths);
        text.append('|');
        for (int column = 0; column < columns; column++) {
            text.append("-".repeat(widths[column] + 1))
                    .append(column == 0 ? '-' : ':')
                    .append('|');
        }
        text.append('\n');
        rows.subList(1, rows.size()).forEach(row -> line(text, row, widths));
        return text.toString();
    }

    /** The first column begins at the left, numbers end at the right. */
    private static void line(StringBuilder text, List<String> row, int[] widths) {
        text.append('|');
        for (int column = 0; column < widths.length; column++) {
            String gap = " ".repeat(widths[column] - row.get(column).length());
            text.append(' ')
                    .append(column == 0 ? row.get(column) + gap : gap + row.get(column))
                    .append(" |");
        }
        text.append('\n');
    }
}
