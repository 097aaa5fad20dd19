package dev.voxgrad.medmnist.cli;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.Consumer;
import picocli.CommandLine.Model.CommandSpec;

/** Lines for a person, and one line at the bottom that changes in place where the output is a terminal. */
public final class Console {
    private static final long MILLIS_BETWEEN_UPDATES = 200;

    private final PrintWriter out;
    private final boolean terminal;
    private final boolean quiet;
    private int width;
    private long lastUpdate;

    public Console(PrintWriter out) {
        this(out, false);
    }

    /** One that keeps to itself how things are going, if {@code quiet}. */
    Console(PrintWriter out, boolean quiet) {
        this.out = out;
        this.quiet = quiet;
        this.terminal = System.console() != null && System.console().isTerminal();
    }

    /** Prints a line for good. */
    public void line(String text) {
        clear();
        out.println(text);
        out.flush();
    }

    /** Prints a line for good about how things are going: not where it should be quiet. */
    void progress(String text) {
        if (!quiet) {
            line(text);
        }
    }

    /** Replaces the changing line; does nothing where the output is a file or a pipe. */
    public void status(String text) {
        long now = System.currentTimeMillis();
        if (terminal && !quiet && now - lastUpdate >= MILLIS_BETWEEN_UPDATES) {
            clear();
            out.print(text);
            out.flush();
            width = text.length();
            lastUpdate = now;
        }
    }

    /** Removes the changing line. */
    void clear() {
        if (width > 0) {
            out.print("\r" + " ".repeat(width) + "\r");
            width = 0;
        }
    }

    /** Takes warnings of a command and prints each as a line on standard error. */
    static Consumer<String> warnings(CommandSpec command) {
        return warning -> command.commandLine().getErr().println("warning: " + warning);
    }

    /** A span of time: {@code 42 s}, {@code 3 min 05 s}, {@code 2 h 10 min}. */
    public static String duration(double seconds) {
        long whole = Math.round(seconds);
        if (whole < 60) {
            return whole + " s";
        }
        if (whole < 3600) {
            return String.format(Locale.ROOT, "%d min %02d s", whole / 60, whole % 60);
        }
        return String.format(Locale.ROOT, "%d h %02d min", whole / 3600, whole / 60 % 60);
    }
}
