package dev.voxgrad.medmnist.report;

/**
 * Writes a table in a box of its own, which scrolls where the table is wider than a phone: the first column holds
 * names, the others numbers.
 */
final class Table {
    private final Html html;

    private Table(Html html) {
        this.html = html;
    }

    /** Begins a table with that heading row. */
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

    /** A row that stands out. */
    Table strong(String name, String... cells) {
        return styled("strong", name, cells);
    }

    /** A row of a given class of the style sheet. */
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
