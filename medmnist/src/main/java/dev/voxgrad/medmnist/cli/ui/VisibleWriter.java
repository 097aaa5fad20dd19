package dev.voxgrad.medmnist.cli.ui;

import java.io.FilterWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;

import dev.voxgrad.medmnist.text.VisibleText;

/**
 * Passes on the characters that are safe to show on a terminal and writes all others as {@link VisibleText} does, so
 * that text from files and servers cannot control the terminal. Cuts lines after {@value #LONGEST_LINE} characters and
 * says how many were dropped.
 */
public final class VisibleWriter extends FilterWriter {
    static final int LONGEST_LINE = 1 << 16;
    private static final int NONE = -1;

    private int pending = NONE;
    private long length;

    private VisibleWriter(Writer out) {
        super(out);
    }

    /** Prints through such a writer. Text of the program itself may bypass it: see {@link #raw}. */
    private static final class Printer extends PrintWriter {
        private final PrintWriter raw;

        Printer(PrintWriter raw) {
            super(new VisibleWriter(raw), true);
            this.raw = raw;
        }
    }

    /** Returns a printer to {@code out} that makes control characters visible. */
    public static PrintWriter to(PrintWriter out) {
        return new Printer(out);
    }

    /** Returns the printer behind one that {@link #to} created; returns any other printer as it is. */
    public static PrintWriter raw(PrintWriter out) {
        return out instanceof Printer printer ? printer.raw : out;
    }

    @Override
    public void write(int character) throws IOException {
        char next = (char) character;
        if (pending != NONE) {
            char before = (char) pending;
            pending = NONE;
            if (before == '\r' && next == '\n') {
                out.write(before);
            } else if (Character.isSurrogatePair(before, next)) {
                show(Character.toCodePoint(before, next));
                return;
            } else {
                show(before);
            }
        }
        if (next == '\r' || Character.isHighSurrogate(next)) {
            pending = next;
        } else {
            show(next);
        }
    }

    private void show(int codePoint) throws IOException {
        if (codePoint == '\n') {
            if (length > LONGEST_LINE) {
                out.write(" … (" + (length - LONGEST_LINE) + " more characters)");
            }
            length = 0;
            out.write(codePoint);
        } else if (++length <= LONGEST_LINE) {
            out.write(VisibleText.of(codePoint));
        }
    }

    @Override
    public void write(char[] characters, int offset, int count) throws IOException {
        for (int i = offset; i < offset + count; i++) {
            write(characters[i]);
        }
    }

    @Override
    public void write(String text, int offset, int count) throws IOException {
        for (int i = offset; i < offset + count; i++) {
            write(text.charAt(i));
        }
    }
}
