package dev.voxgrad.medmnist.profile;

import java.util.List;
import java.util.Locale;

import dev.voxgrad.engine.device.CpuPeak;
import dev.voxgrad.engine.trace.Work;

/** Formats a {@link Profile} as a table for the terminal, usually 113 characters wide, with a legend. */
public final class ProfileTable {
    private static final String LEGEND = """

            ms        median over the steps, of the innermost kernels; 'between' is the time outside of all rows
            direct    FLOP of the definition per second, a multiply-add counted as two: the value of the result,
                      which a fast algorithm can deliver beyond the machine's peak
            executed  FLOP that are executed per second, with padding and transforms; 'FLOP/s' is their share of the
                      peak. Near 100 %: only an algorithm with fewer operations is faster
            GB        compulsory traffic: each array that a kernel reads or writes, once; 'memory' is its share
                      of the measured bandwidth. Near 100 %: only fewer passes over memory are faster, as by fusion.
                      Above 100 %: the data came from caches
            Low in both: threads wait, because tasks are few or uneven, or execute instructions other than arithmetic.
            Shares above what is possible, or low ones everywhere: the machine was busy with other work; measure again.
            """;

    /** Widths of the first two columns, unless a name is longer. */
    private static final int LAYER_WIDTH = 10;

    private static final int OP_WIDTH = 17;

    private final Profile profile;
    private final double step;
    private final String rowFormat;
    private final StringBuilder text = new StringBuilder();

    private ProfileTable(Profile profile) {
        this.profile = profile;
        this.step = profile.stepSeconds();
        int layers = LAYER_WIDTH;
        int ops = OP_WIDTH;
        for (Profile.Row row : profile.rows()) {
            layers = Math.max(layers, row.layer().length());
            ops = Math.max(ops, row.op().length());
        }
        this.rowFormat = "%-" + layers + "s  %-" + ops + "s  %-10s  %-10s  %9s  %6s  %7s  %8s  %6s  %7s  %6s";
    }

    /** Returns the heading, the table and the legend. */
    public static String of(Profile profile) {
        ProfileTable table = new ProfileTable(profile);
        table.heading();
        table.rows();
        return table.text + LEGEND;
    }

    private void heading() {
        Profiler.Settings s = profile.settings();
        CpuPeak peak = profile.peak();
        line(
                "%s, %s of %d volumes %s: %.1f ms, %.1f volumes/s (median of %d)",
                s.net().name(),
                s.train() ? "training step" : "inference",
                s.batch(),
                s.volume(),
                step * 1e3,
                s.batch() / step,
                s.steps());
        line(
                "peak, measured: %.0f GFLOP/s on one thread, %.0f on %d; memory %.1f GB/s read, %.1f copied%n",
                peak.coreFlop() / 1e9,
                peak.flop() / 1e9,
                profile.threads(),
                peak.readBytes() / 1e9,
                peak.copyBytes() / 1e9);
    }

    private void rows() {
        row("", "", "", "", "", "of", "GFLOP/s", "", "", "of peak", "");
        row("layer", "operation", "pass", "algorithm", "ms", "step", "direct", "executed", "GB", "FLOP/s", "memory");
        List<Profile.Row> rows = profile.rows();
        double seconds = 0;
        Work work = Work.NONE;
        for (Profile.Row row : rows) {
            row(row.layer(), row.op(), row.pass().label(), row.work().algorithm(), row.seconds(), row.work());
            seconds += row.seconds();
            work = work.plus(row.work());
        }
        row("total", rows.size() + " rows", "", "", seconds, work);
        row("between", "", "", "", step - seconds, Work.NONE);
        row("step", "measured", "", "", step, work);
    }

    private void row(String layer, String op, String pass, String algorithm, double seconds, Work work) {
        row(
                layer,
                op,
                pass,
                algorithm,
                number("%.3f", seconds * 1e3),
                number("%.1f%%", 100 * seconds / step),
                positive("%.0f", work.directFlop() / seconds / 1e9),
                positive("%.0f", work.executedFlop() / seconds / 1e9),
                positive("%.3f", work.bytes() / 1e9),
                positive(
                        "%.0f%%",
                        100 * work.executedFlop() / seconds / profile.peak().flop()),
                positive("%.0f%%", 100 * work.bytes() / seconds / profile.peak().memoryBytes()));
    }

    private void row(
            String layer,
            String op,
            String pass,
            String algorithm,
            String ms,
            String share,
            String direct,
            String executed,
            String gigabytes,
            String flop,
            String memory) {
        line(rowFormat, layer, op, pass, algorithm, ms, share, direct, executed, gigabytes, flop, memory);
    }

    private void line(String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values).stripTrailing()).append('\n');
    }

    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }

    /** Returns a formatted number, or an empty text for zero. */
    private static String positive(String format, double value) {
        return value > 0 ? number(format, value) : "";
    }
}
