package dev.voxgrad.bench.peers;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

import dev.voxgrad.bench.peers.Comparison.Job;
import dev.voxgrad.bench.step.EngineName;
import dev.voxgrad.bench.step.StepCase;
import dev.voxgrad.medmnist.text.MarkdownTable;

/** Writes the results for people: tables in Markdown whose columns also line up in a terminal. */
final class MarkdownReport {
    private static final String FAILED = "failed";
    private static final String NOTHING = "-";
    private static final int LINE_WIDTH = 120;

    private final Comparison comparison;
    private final StringBuilder text = new StringBuilder();

    private MarkdownReport(Comparison comparison) {
        this.comparison = comparison;
    }

    /**
     * Returns a paragraph on the conditions, the headline, and the tables. Headings are just bold text, so that
     * everything can be pasted into any page.
     */
    static String of(Comparison comparison, String conditions) {
        MarkdownReport report = new MarkdownReport(comparison);
        report.text.append(wrapped(conditions)).append('\n');
        comparison.peers().forEach(report::headline);
        for (Phase phase : Phase.values()) {
            report.section(phase.title() + ", ms", work -> report.times(work, phase));
        }
        for (Phase phase : Phase.values()) {
            report.section(
                    phase.title() + ", % of the peak, counted as direct convolution",
                    List.of(),
                    work -> report.peakShares(work, phase));
        }
        report.section("Peak resident memory of training, MiB", report::memory);
        report.section(
                "System time of a training step, % of its CPU time, and page faults", List.of(), report::systemTime);
        return report.text.toString();
    }

    /** Breaks lines at blanks, so that they fit on a page. */
    private static String wrapped(String paragraph) {
        StringBuilder lines = new StringBuilder();
        int column = 0;
        for (String word : paragraph.split(" ")) {
            if (column > 0) {
                boolean full = column + 1 + word.length() > LINE_WIDTH;
                lines.append(full ? '\n' : ' ');
                column = full ? 0 : column + 1;
            }
            lines.append(word);
            column += word.length();
        }
        return lines.toString();
    }

    private void headline(EngineName peer) {
        Optional<Spread> train = comparison.overCases(peer, Phase.TRAIN);
        Optional<Spread> infer = comparison.overCases(peer, Phase.INFER);
        if (infer.isPresent()) {
            text.append("\n**").append(peer.flag()).append(" / voxgrad, median (lowest–highest case): ");
            train.ifPresent(ratio -> text.append(ratio.toText(2)).append(" in training, "));
            text.append(infer.get().toText(2)).append(" in inference.**\n");
        }
    }

    private void section(String title, Function<StepCase, List<String>> cells) {
        section(title, comparison.peers(), cells);
    }

    private void section(String title, List<EngineName> ratios, Function<StepCase, List<String>> cells) {
        List<List<String>> rows = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of("case"));
        comparison.engines().forEach(engine -> head.add(engine.flag()));
        ratios.forEach(peer -> head.add(peer.flag() + " / voxgrad"));
        rows.add(head);
        for (StepCase work : comparison.cases()) {
            List<String> row = new ArrayList<>(List.of(work.toString()));
            row.addAll(cells.apply(work));
            rows.add(row);
        }
        text.append("\n**").append(title).append("**\n\n").append(MarkdownTable.of(rows));
    }

    private List<String> times(StepCase work, Phase phase) {
        List<String> cells = new ArrayList<>();
        for (EngineName engine : comparison.engines()) {
            cells.add(cell(new Job(engine, work), phase, job -> comparison.milliseconds(job, phase)));
        }
        for (EngineName peer : comparison.peers()) {
            cells.add(cell(comparison.ratio(peer, work, phase)));
        }
        return cells;
    }

    private List<String> peakShares(StepCase work, Phase phase) {
        return comparison.engines().stream()
                .map(engine -> cell(
                        new Job(engine, work),
                        phase,
                        job -> comparison.peakShare(job, phase).times(100)))
                .toList();
    }

    private List<String> memory(StepCase work) {
        List<String> cells = new ArrayList<>();
        for (EngineName engine : comparison.engines()) {
            cells.add(cell(new Job(engine, work), Phase.TRAIN, job -> comparison.peakRssMb(job, Phase.TRAIN)));
        }
        for (EngineName peer : comparison.peers()) {
            cells.add(cell(comparison.memoryRatio(peer, work)));
        }
        return cells;
    }

    private List<String> systemTime(StepCase work) {
        return comparison.engines().stream()
                .map(engine -> new Job(engine, work))
                .map(job -> text(job, Phase.TRAIN, each -> text(comparison.usage(each, Phase.TRAIN))))
                .toList();
    }

    private String cell(Job job, Phase phase, Function<Job, Spread> value) {
        return text(job, phase, each -> value.apply(each).toText(0));
    }

    private String text(Job job, Phase phase, Function<Job, String> value) {
        if (!Comparison.does(job.engine(), phase)) {
            return NOTHING;
        }
        return comparison.failed(job) ? FAILED : value.apply(job);
    }

    private static String text(Usage usage) {
        return String.format(
                Locale.ROOT, "%.0f %%, %.0f", 100 * usage.systemShare(), usage.minorFaults() + usage.majorFaults());
    }

    private static String cell(Optional<Spread> ratio) {
        return ratio.map(spread -> spread.toText(2)).orElse(NOTHING);
    }
}
