package dev.voxgrad.medmnist.benchmark;

import java.util.Arrays;
import java.util.List;

/** Writes a benchmark's tables for the terminal, in at most {@value #WIDTH} columns, and in Markdown. */
public final class BenchmarkText {
    /** The number of columns that lines do not exceed. */
    static final int WIDTH = 100;

    private static final String GAP = "  ";

    private BenchmarkText() {}

    /** Returns the tables with aligned columns, and the notes below them. */
    public static String terminal(BenchmarkResults results) {
        StringBuilder text = new StringBuilder(results.dataName()).append('\n');
        for (Grid grid : BenchmarkTables.of(results)) {
            text.append('\n').append(grid.title()).append('\n');
            appendAligned(text, grid);
        }
        for (String note : BenchmarkNotes.of(results)) {
            text.append('\n');
            appendWrapped(text, note);
        }
        return text.toString();
    }

    /** Returns the tables and the notes in Markdown. */
    public static String markdown(BenchmarkResults results) {
        StringBuilder text = new StringBuilder("# Benchmark: ")
                .append(escaped(results.dataName()))
                .append('\n');
        for (Grid grid : BenchmarkTables.of(results)) {
            text.append("\n## ").append(grid.title()).append("\n\n");
            appendRow(text, grid.headings());
            text.append("|---|")
                    .append("--:|".repeat(grid.headings().size() - 1))
                    .append('\n');
            grid.lines().forEach(line -> appendRow(text, line.cells()));
        }
        text.append('\n');
        BenchmarkNotes.of(results)
                .forEach(note -> text.append("* ").append(escaped(note)).append('\n'));
        return text.toString();
    }

    private static void appendRow(StringBuilder text, List<String> cells) {
        text.append('|');
        cells.forEach(cell -> text.append(' ').append(escaped(cell)).append(" |"));
        text.append('\n');
    }

    /** Returns text without the characters that Markdown would interpret. */
    private static String escaped(String text) {
        return text.replaceAll("[|<>*_`\\\\\\[\\]]", "\\\\$0").replace('\n', ' ');
    }

    private static void appendAligned(StringBuilder text, Grid grid) {
        int[] widths = new int[grid.headings().size()];
        raise(widths, grid.headings());
        grid.lines().forEach(line -> raise(widths, compact(line.cells())));
        appendAligned(text, widths, grid.headings());
        grid.lines().forEach(line -> appendAligned(text, widths, compact(line.cells())));
    }

    /** Returns the cells without the blanks around ±, for which a terminal has no room. */
    private static List<String> compact(List<String> cells) {
        return cells.stream().map(cell -> cell.replace(" ± ", "±")).toList();
    }

    private static void raise(int[] widths, List<String> cells) {
        for (int i = 0; i < widths.length; i++) {
            widths[i] = Math.max(widths[i], cells.get(i).length());
        }
    }

    /** Appends a line whose first cell starts at the left; the others end at the right. */
    private static void appendAligned(StringBuilder text, int[] widths, List<String> cells) {
        text.append(cells.getFirst()).repeat(' ', widths[0] - cells.getFirst().length());
        for (int i = 1; i < widths.length; i++) {
            text.append(GAP).repeat(' ', widths[i] - cells.get(i).length()).append(cells.get(i));
        }
        text.append('\n');
    }

    private static void appendWrapped(StringBuilder text, String note) {
        int column = 0;
        for (String word : Arrays.asList(note.split(" "))) {
            if (column > 0 && column + 1 + word.length() > WIDTH) {
                text.append('\n');
                column = 0;
            }
            text.append(column == 0 ? "" : " ").append(word);
            column += (column == 0 ? 0 : 1) + word.length();
        }
        text.append('\n');
    }
}
