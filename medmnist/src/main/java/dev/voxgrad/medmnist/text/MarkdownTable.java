package dev.voxgrad.medmnist.text;

import java.util.List;

/** Writes tables in Markdown whose columns also line up in a terminal. */
public final class MarkdownTable {
    private MarkdownTable() {}

    /** Returns the table of these rows, which all have the same length; the first is the header. */
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

    /** Appends a row with the first column aligned left and the numbers aligned right. */
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
