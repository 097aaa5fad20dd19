package dev.voxgrad.medmnist.profile;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

import dev.voxgrad.engine.device.CpuPeak;
import dev.voxgrad.engine.trace.Work;
import dev.voxgrad.medmnist.text.MarkdownTable;

/**
 * Compares a {@link Profile} with its floor, in Markdown. A pass takes at least as long as its executed arithmetic at
 * the measured peak, and at least as long as its compulsory traffic at the measured memory bandwidth; its floor is the
 * longer of the two.
 *
 * <p>A pass can be faster than its floor if its data comes from caches.
 */
public final class FloorTable {
    /** The number of passes in the list of those furthest above their floors. */
    private static final int MOST_ABOVE = 12;

    private static final String OPTIMIZER = "optimizer";

    private final Profile profile;
    private final List<Line> lines = new ArrayList<>();

    /** Holds one row of a table; times are in seconds. The floor of a sum is the sum of floors. */
    private record Line(
            String name, String group, Work work, double arithmetic, double memory, double floor, double measured) {
        double above() {
            return measured - floor;
        }
    }

    private FloorTable(Profile profile) {
        this.profile = profile;
        CpuPeak peak = profile.peak();
        for (Profile.Row row : profile.rows()) {
            Work work = row.work();
            String name = String.join(" ", row.layer(), row.op(), row.pass().label(), work.algorithm());
            double arithmetic = work.executedFlop() / peak.flop();
            double memory = work.bytes() / peak.memoryBytes();
            lines.add(new Line(
                    name.strip().replaceAll(" +", " "),
                    group(row),
                    work,
                    arithmetic,
                    memory,
                    Math.max(arithmetic, memory),
                    row.seconds()));
        }
    }

    /** Returns the top-level layer of a row and its pass: "layer1 backward". */
    private static String group(Profile.Row row) {
        String layer = row.layer().split("\\.", 2)[0];
        return (layer.isEmpty() ? OPTIMIZER : layer) + " " + row.pass().label();
    }

    /** Returns a paragraph on the step, then three tables: by layer, the passes furthest above, and all passes. */
    public static String of(Profile profile) {
        FloorTable table = new FloorTable(profile);
        return table.heading() + table.groups() + table.furthest() + table.passes();
    }

    private String heading() {
        Profiler.Settings s = profile.settings();
        CpuPeak peak = profile.peak();
        double floor = sum(lines, Line::floor);
        return String.format(
                Locale.ROOT,
                """
                %s, %s of %d volumes %s on %d threads: %.0f ms, median of %d. The floors of its passes add up to %.0f ms:
                it takes %.2f times its floor. Measured peaks: %.0f GFLOP/s, %.1f GB/s. A pass's floor is the longer of
                its executed FLOP at the one and its compulsory bytes at the other.
                """,
                s.net().name(),
                s.train() ? "training step" : "inference",
                s.batch(),
                s.volume(),
                profile.threads(),
                profile.stepSeconds() * 1e3,
                s.steps(),
                floor * 1e3,
                profile.stepSeconds() / floor,
                peak.flop() / 1e9,
                peak.memoryBytes() / 1e9);
    }

    private String groups() {
        List<String> names = lines.stream().map(Line::group).distinct().toList();
        List<Line> sums = new ArrayList<>();
        for (String name : names) {
            sums.add(sum(
                    name, lines.stream().filter(line -> line.group.equals(name)).toList()));
        }
        Line all = sum("all passes", lines);
        sums.add(all);
        sums.add(new Line("between passes", "", Work.NONE, 0, 0, 0, profile.stepSeconds() - all.measured));
        return section("By layer", sums);
    }

    private String furthest() {
        return section(
                "Furthest above their floors",
                lines.stream()
                        .sorted(Comparator.comparingDouble(Line::above).reversed())
                        .limit(MOST_ABOVE)
                        .toList());
    }

    private String passes() {
        return section("All passes", lines);
    }

    private static double sum(List<Line> parts, ToDoubleFunction<Line> value) {
        return parts.stream().mapToDouble(value).sum();
    }

    private static Line sum(String name, List<Line> parts) {
        return new Line(
                name,
                name,
                parts.stream().map(Line::work).reduce(Work.NONE, Work::plus),
                sum(parts, Line::arithmetic),
                sum(parts, Line::memory),
                sum(parts, Line::floor),
                sum(parts, Line::measured));
    }

    private static String section(String title, List<Line> lines) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of(
                "pass",
                "GFLOP",
                "GB",
                "arithmetic, ms",
                "memory, ms",
                "floor, ms",
                "measured, ms",
                "above, ms",
                "ratio"));
        for (Line line : lines) {
            rows.add(List.of(
                    line.name,
                    positive("%.2f", line.work.executedFlop() / 1e9),
                    positive("%.3f", line.work.bytes() / 1e9),
                    positive("%.2f", line.arithmetic * 1e3),
                    positive("%.2f", line.memory * 1e3),
                    positive("%.2f", line.floor * 1e3),
                    String.format(Locale.ROOT, "%.2f", line.measured * 1e3),
                    String.format(Locale.ROOT, "%.2f", line.above() * 1e3),
                    line.floor == 0 ? "" : String.format(Locale.ROOT, "%.2f", line.measured / line.floor)));
        }
        return "\n**" + title + "**\n\n" + MarkdownTable.of(rows);
    }

    /** Returns a formatted number, or an empty text for zero. */
    private static String positive(String format, double value) {
        return value > 0 ? String.format(Locale.ROOT, format, value) : "";
    }
}
