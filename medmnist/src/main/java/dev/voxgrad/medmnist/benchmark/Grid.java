package dev.voxgrad.medmnist.benchmark;

import java.util.List;

/**
 * Holds a table as cells of text, before it is written for a terminal, in Markdown or in HTML. The first column
 * contains names.
 *
 * @param title what the table shows
 * @param headings of all columns
 * @param lines each with a cell for every column
 */
public record Grid(String title, List<String> headings, List<Line> lines) {
    public Grid {
        headings = List.copyOf(headings);
        lines = List.copyOf(lines);
        for (Line line : lines) {
            if (line.cells().size() != headings.size()) {
                throw new IllegalArgumentException(title + ": " + line.cells() + " does not fit " + headings);
            }
        }
    }

    /**
     * Holds one line of a table.
     *
     * @param published whether all its figures are published ones
     */
    public record Line(boolean published, List<String> cells) {
        public Line {
            cells = List.copyOf(cells);
        }
    }
}
