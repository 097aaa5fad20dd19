package dev.voxgrad.medmnist.cli.ui;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.Supplier;

import picocli.CommandLine.Model.CommandSpec;

import dev.voxgrad.medmnist.text.VisibleText;

/**
 * Prints lines for a person, and one line at the bottom that changes in place where the output is a terminal.
 *
 * <p>The changing line never fills the width, so it never wraps; the cursor waits at its start, where it stays if the
 * terminal is made narrower and wraps what is there: erasing from the cursor on then removes all of it.
 */
public final class Console {
    private static final long MILLIS_BETWEEN_UPDATES = 200;
    private static final String ERASE = "\r\u001b[J";
    private static final String BETWEEN = "  ";
    /** Of a message that may hold text of files and servers. */
    public static final int LONGEST_MESSAGE = 2000;

    private final PrintWriter out;
    private final PrintWriter raw;
    private final Supplier<OptionalInt> width;
    private final boolean quiet;
    private boolean shown;
    private boolean ended;
    private Thread atTheEnd;
    private long lastUpdate;

    public Console(PrintWriter out) {
        this(out, false);
    }

    /** Makes one that keeps to itself how things are going, if {@code quiet}. */
    public Console(PrintWriter out, boolean quiet) {
        this(out, quiet, TerminalWidth::columns);
    }

    /** Makes one that learns from {@code width} how wide the terminal is now, or that there is none. */
    public Console(PrintWriter out, boolean quiet, Supplier<OptionalInt> width) {
        this.out = out;
        this.raw = VisibleWriter.raw(out);
        this.quiet = quiet;
        this.width = width;
    }

    /** Prints a line for good. */
    public synchronized void line(String text) {
        clear();
        out.println(text);
        out.flush();
    }

    /** Prints a line for good about how things are going: not where it should be quiet. */
    public void progress(String text) {
        if (!quiet) {
            line(text);
        }
    }

    /** Prints a warning, which may hold text of files, as one line for good. */
    public void warning(String text) {
        line("warning: " + VisibleText.line(text, LONGEST_MESSAGE));
    }

    /**
     * Replaces the changing line; does nothing where the output is a file or a pipe.
     *
     * @param parts what it says, the most important first: those that the terminal has no room for are left out
     */
    public synchronized void status(String... parts) {
        long now = System.currentTimeMillis();
        if (quiet || ended || now - lastUpdate < MILLIS_BETWEEN_UPDATES) {
            return;
        }
        lastUpdate = now;
        OptionalInt columns = width.get();
        if (columns.isPresent()) {
            raw.print(ERASE + VisibleText.line(fitting(columns.getAsInt() - 1, parts), Integer.MAX_VALUE) + "\r");
            raw.flush();
            shown = true;
            removeAtTheEnd();
        }
    }

    private static String fitting(int room, String... parts) {
        StringBuilder line = new StringBuilder(parts[0]);
        for (int i = 1; i < parts.length && line.length() + BETWEEN.length() + parts[i].length() <= room; i++) {
            line.append(BETWEEN).append(parts[i]);
        }
        return line.substring(0, Math.clamp(room, 0, line.length()));
    }

    /** On Ctrl-C, the shell's prompt should find an empty line. */
    private void removeAtTheEnd() {
        if (atTheEnd == null) {
            atTheEnd = new Thread(this::end, "end of status line");
            try {
                Runtime.getRuntime().addShutdownHook(atTheEnd);
            } catch (IllegalStateException e) {
                end(); // the JVM is on its way out already
            }
        }
    }

    private synchronized void end() {
        clear();
        ended = true;
    }

    /** Removes the changing line. */
    public synchronized void clear() {
        if (shown) {
            raw.print(ERASE);
            raw.flush();
            shown = false;
        }
    }

    /** Takes warnings of a command and prints each as a line on standard error. */
    public static Consumer<String> warnings(CommandSpec command) {
        return warning ->
                command.commandLine().getErr().println("warning: " + VisibleText.line(warning, LONGEST_MESSAGE));
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
