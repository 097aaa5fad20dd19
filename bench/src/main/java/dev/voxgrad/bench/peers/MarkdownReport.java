package dev.voxgrad.bench.peers;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

import dev.voxgrad.bench.MarkdownTable;
import dev.voxgrad.bench.peers.Comparison.Job;
import dev.voxgrad.bench.step.EngineName;
import dev.voxgrad.bench.step.StepCase;

/** The results for people: tables in Markdown, with columns that also line up in a terminal. */
final class MarkdownReport {
    private final Comparison comparison;
    private final StringBuilder text = new StringBuilder();

    private MarkdownReport(Comparison comparison) {
        this.comparison = comparison;
    }

    /** With a paragraph on how it was measured. */
    static String of(Comparison comparison, String conditions) {
        MarkdownReport report = new MarkdownReport(comparison);
        report.text.append("# Voxgrad and its peers\n\n").append(conditions).append('\n');
        for (Phase phase : Phase.values()) {
            report.section(phase.title() + ", ms", work -> report.times(work, phase));
        }
        report.section("Peak resident memory of training, MiB", report::memory);
        return report.text.toString();
    }

    private void section(String title, Function<StepCase, List<String>> cells) {
        List<List<String>> rows = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of("case"));
        comparison.engines().forEach(engine -> head.add(engine.flag()));
        comparison.peers().forEach(peer -> head.add(peer.flag() + " / voxgrad"));
        rows.add(head);
        for (StepCase work : comparison.cases()) {
            List<String> row = new ArrayList<>(List.of(work.toString()));
            row.addAll(cells.apply(work));
            rows.add(row);
        }
        text.append("\n## ").append(title).append("\n\n").append(MarkdownTable.of(rows));
    }

    private List<String> times(StepCase work, Phase phase) {
        List<String> cells = new ArrayList<>();
        for (EngineName engine : comparison.engines()) {
            cells.add(cell(new Job(engine, work), job -> comparison.milliseconds(job, phase)));
        }
        for (EngineName peer : comparison.peers()) {
            cells.add(cell(comparison.ratio(peer, work, phase)));
        }
        return cells;
    }

    private List<String> memory(StepCase work) {
        List<String> cells = new ArrayList<>();
        for (EngineName engine : comparison.engines()) {
            cells.add(cell(new Job(engine, work), job -> comparison.peakRssMb(job, Phase.TRAIN)));
        }
        for (EngineName peer : comparison.peers()) {
            cells.add(cell(comparison.memoryRatio(peer, work)));
        }
        return cells;
    }

    private String cell(Job job, Function<Job, Spread> value) {
        return comparison.failed(job) ? "failed" : value.apply(job).toText(0);
    }

    private static String cell(Optional<Spread> ratio) {
        return ratio.map(spread -> spread.toText(2)).orElse("-");
    }
}
