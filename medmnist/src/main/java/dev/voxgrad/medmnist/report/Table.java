package dev.voxgrad.medmnist.report;

/**
 * Writes a table in its own box, which scrolls if the table is wider than the screen. The first column contains names,
 * the others numbers.
 */
final class Table {
    private final Html html;

    private Table(Html html) {
        this.html = html;
    }

    /** Starts a table with this heading row. */
    static Table open(Html html, String caption, String... headings) {
        html.open("div", "class", "scroll", "tabindex", "0", "role", "region", "aria-label", caption)
                .open("table");
        html.element("caption", caption).open("thead").open("tr");
        for (String heading : headings) {
            html.element("th", heading, "scope", "col");
        }
        html.close().close().open("tbody");
        return new Table(html);
    }

    Table row(String name, String... cells) {
        return styled("", name, cells);
    }

    /** Writes a row that stands out. */
    Table strong(String name, String... cells) {
        return styled("strong", name, cells);
    }

    /** Writes a row with a class of the style sheet. */
    Table styled(String style, String name, String... cells) {
        html.open("tr", "class", style).element("th", name, "scope", "row");
        for (String cell : cells) {
            html.element("td", cell);
        }
        html.close();
        return this;
    }

    void close() {
        html.close().close().close();
    }
}
