package dev.voxgrad.medmnist.cli;

import java.util.ArrayList;
import java.util.List;

/** Simulates a terminal: handles line ends, carriage returns, wrapping, and erasing from the cursor. */
public final class Screen {
    private static final String ERASE = "\u001b[J";

    private final List<StringBuilder> rows = new ArrayList<>(List.of(new StringBuilder()));
    private int row;
    private int column;

    private Screen() {}

    /** Returns the rows of a terminal of that width after this output, without empty ones at the end. */
    public static List<String> rows(String output, int width) {
        Screen screen = new Screen();
        for (int i = 0; i < output.length(); i++) {
            if (output.startsWith(ERASE, i)) {
                screen.erase();
                i += ERASE.length() - 1;
            } else {
                screen.put(output.charAt(i), width);
            }
        }
        List<String> shown = new ArrayList<>(
                screen.rows.stream().map(StringBuilder::toString).toList());
        while (!shown.isEmpty() && shown.getLast().isBlank()) {
            shown.removeLast();
        }
        return shown;
    }

    private void erase() {
        rows.subList(row + 1, rows.size()).clear();
        rows.get(row).setLength(Math.min(column, rows.get(row).length()));
    }

    private void put(char c, int width) {
        if (c == '\r') {
            column = 0;
            return;
        }
        if (c == '\n' || column == width) {
            column = 0;
            row++;
            if (row == rows.size()) {
                rows.add(new StringBuilder());
            }
        }
        if (c != '\n') {
            StringBuilder line = rows.get(row);
            if (column < line.length()) {
                line.setCharAt(column, c);
            } else {
                line.append(c);
            }
            column++;
        }
    }
}
