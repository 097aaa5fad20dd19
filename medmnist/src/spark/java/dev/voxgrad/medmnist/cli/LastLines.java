package dev.voxgrad.medmnist.cli;

import java.io.PrintStream;
import java.io.Writer;

/** Prints text, and keeps the end of it for a message. */
final class LastLines extends Writer {
    private static final int MOST = 2000;

    private final PrintStream print;
    private final StringBuilder last = new StringBuilder();

    LastLines(PrintStream print) {
        this.print = print;
    }

    @Override
    public synchronized void write(char[] characters, int from, int count) {
        print.print(new String(characters, from, count));
        last.append(characters, from, count);
        last.delete(0, Math.max(0, last.length() - MOST));
    }

    /** Returns the last characters that were printed. */
    synchronized String text() {
        return last.toString().strip();
    }

    @Override
    public void flush() {
        print.flush();
    }

    @Override
    public void close() {
        flush();
    }
}
