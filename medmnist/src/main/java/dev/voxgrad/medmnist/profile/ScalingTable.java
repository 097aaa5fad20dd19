package dev.voxgrad.medmnist.profile;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.trace.LoopEvent;
import dev.voxgrad.medmnist.text.MarkdownTable;

/**
 * Shows, in Markdown, how a step is predicted to scale with threads, pass by pass. {@link Schedule} has the rule. All
 * durations are medians over the steps, with one thread.
 */
public final class ScalingTable {
    private static final int[] THREADS = {2, 4, 8, 16, 32, 64};

    private final Profile single;
    private final List<LoopEvent> loops;
    private final Schedule step;

    private ScalingTable(Profile single) {
        this.single = single;
        this.loops = single.loops();
        this.step = new Schedule(nanos(single.stepSeconds()), loops);
    }

    private static long nanos(double seconds) {
        return Math.round(seconds * 1e9);
    }

    /**
     * Returns the text.
     *
     * @param single a profile with one thread
     * @param several one of the same work with all threads of this machine, to compare with the prediction; null for
     *     none
     */
    public static String of(Profile single, @Nullable Profile several) {
        if (single.threads() != 1) {
            throw new IllegalArgumentException("a profile with " + single.threads() + " threads, expected one");
        }
        ScalingTable table = new ScalingTable(single);
        return table.heading() + (several == null ? "" : table.comparison(several)) + "\n" + table.passes();
    }

    private String heading() {
        Profiler.Settings s = single.settings();
        return String.format(
                Locale.ROOT,
                """
                %s, %s of %d volumes %s: %.0f ms with one thread, median of %d.
                How many times as fast each pass is predicted to be with more threads, if every task takes as long as
                with one: an upper bound, since threads share memory bandwidth, caches and power. "Alone" is the time that no
                number of threads shortens, in percent of the pass: what is outside of parallel loops, and the longest
                task of each loop.
                """,
                s.net().name(),
                s.train() ? "training step" : "inference",
                s.batch(),
                s.volume(),
                step.nanos() / 1e6,
                s.steps());
    }

    private String comparison(Profile several) {
        double predicted = step.nanos(several.threads()) / 1e9;
        return String.format(
                Locale.ROOT,
                "%nOn this machine, with %d threads: predicted %.0f ms, measured %.0f ms, %.2f times as long.%n",
                several.threads(),
                predicted * 1e3,
                several.stepSeconds() * 1e3,
                several.stepSeconds() / predicted);
    }

    private String passes() {
        List<List<String>> rows = new ArrayList<>();
        List<String> header = new ArrayList<>(List.of("pass", "ms", "loops", "tasks"));
        IntStream.of(THREADS).mapToObj(Integer::toString).forEach(header::add);
        header.add("alone, %");
        rows.add(header);
        long passes = 0;
        for (Profile.Row pass : single.rows()) {
            List<LoopEvent> within =
                    loops.stream().filter(loop -> isIn(loop, pass)).toList();
            String name = String.join(" ", pass.layer(), pass.op(), pass.pass().label());
            rows.add(row(name.strip().replaceAll(" +", " "), new Schedule(nanos(pass.seconds()), within)));
            passes += nanos(pass.seconds());
        }
        rows.add(row("between passes", new Schedule(Math.max(0, step.nanos() - passes), List.of())));
        rows.add(row("step", step));
        return MarkdownTable.of(rows);
    }

    private static boolean isIn(LoopEvent loop, Profile.Row pass) {
        return loop.layer().equals(pass.layer()) && loop.op().equals(pass.op()) && loop.pass() == pass.pass();
    }

    private static List<String> row(String name, Schedule schedule) {
        List<String> row = new ArrayList<>();
        row.add(name);
        row.add(String.format(Locale.ROOT, "%.2f", schedule.nanos() / 1e6));
        row.add(Integer.toString(schedule.loops().size()));
        row.add(Integer.toString(schedule.loops().stream()
                .mapToInt(loop -> loop.taskNanos().size())
                .sum()));
        double one = schedule.nanos(1);
        for (int threads : THREADS) {
            row.add(one == 0 ? "" : String.format(Locale.ROOT, "%.1f", one / schedule.nanos(threads)));
        }
        long alone = schedule.serialNanos() + schedule.longestTasks();
        row.add(one == 0 ? "" : String.format(Locale.ROOT, "%.1f", 100 * alone / one));
        return row;
    }
}
