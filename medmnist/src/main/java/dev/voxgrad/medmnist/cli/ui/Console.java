package dev.voxgrad.medmnist.cli.ui;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

import dev.voxgrad.medmnist.text.VisibleText;

/**
 * Prints lines for the user and, if the output is a terminal, a status line at the bottom that is updated in place.
 *
 * <p>The status line never fills the width of the terminal, so it never wraps. The cursor waits at its start and stays
 * there if the terminal is made narrower and wraps the line: erasing from the cursor then removes all of it.
 */
public final class Console {
    private static final long MILLIS_BETWEEN_UPDATES = 200;
    private static final String ERASE = "\r\u001b[J";
    private static final String BETWEEN = "  ";
    /** The maximum length of a message that may contain text from files or servers. */
    public static final int LONGEST_MESSAGE = 2000;

    private final PrintWriter out;
    private final PrintWriter raw;
    private final Supplier<OptionalInt> width;
    private final boolean quiet;
    private boolean shown;
    private boolean ended;
    private @Nullable Thread atTheEnd;
    private long lastUpdate;

    /** Creates a console that shows progress. */
    public Console(PrintWriter out) {
        this(out, false);
    }

    /** Creates a console that shows no progress if {@code quiet}. */
    public Console(PrintWriter out, boolean quiet) {
        this(out, quiet, TerminalWidth::columns);
    }

    /**
     * Creates a console that asks {@code width} for the current width of the terminal; empty if there is no terminal.
     */
    public Console(PrintWriter out, boolean quiet, Supplier<OptionalInt> width) {
        this.out = out;
        this.raw = VisibleWriter.raw(out);
        this.quiet = quiet;
        this.width = width;
    }

    /** Prints a permanent line. */
    public synchronized void line(String text) {
        clear();
        out.println(text);
        out.flush();
    }

    /** Prints a permanent line about the progress; does nothing if the console is quiet. */
    public void progress(String text) {
        if (!quiet) {
            line(text);
        }
    }

    /** Prints a warning, which may contain text from files, as one permanent line. */
    public void warning(String text) {
        line("warning: " + VisibleText.line(text, LONGEST_MESSAGE));
    }

    /**
     * Replaces the status line; does nothing if the output is a file or a pipe.
     *
     * @param parts the text of the line, the most important part first; parts that do not fit are left out
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

    /**
     * Registers the removal of the status line at exit, so that after Ctrl-C the shell's prompt is on an empty line.
     */
    private void removeAtTheEnd() {
        if (atTheEnd == null) {
            atTheEnd = new Thread(this::end, "end of status line");
            try {
                Runtime.getRuntime().addShutdownHook(atTheEnd);
            } catch (IllegalStateException e) {
                end(); // the JVM is already shutting down
            }
        }
    }

    private synchronized void end() {
        clear();
        ended = true;
    }

    /** Removes the status line. */
    public synchronized void clear() {
        if (shown) {
            raw.print(ERASE);
            raw.flush();
            shown = false;
        }
    }

    /** Returns a consumer that prints a command's warnings, each as one line on standard error. */
    public static Consumer<String> warnings(CommandSpec command) {
        return warning ->
                command.commandLine().getErr().println("warning: " + VisibleText.line(warning, LONGEST_MESSAGE));
    }

    /** Returns a duration in words: {@code 42 s}, {@code 3 min 05 s}, {@code 2 h 10 min}. */
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
