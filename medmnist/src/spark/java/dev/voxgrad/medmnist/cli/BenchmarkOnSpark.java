package dev.voxgrad.medmnist.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;

import dev.voxgrad.medmnist.benchmark.BenchmarkFolder;
import dev.voxgrad.medmnist.benchmark.PublishedRow;

/** Divides {@code benchmark} into one job for each run of each row. */
final class BenchmarkOnSpark extends DistributedCommand {
    private static final int RUNS = 3;
    private static final Set<String> REFUSED =
            Set.of("--threads", "--concurrent", "--show", "--baseline", "--search", "--download");

    private final GivenOptions options;
    private final Path folder;
    private final BenchmarkFolder benchmark;
    private boolean submitted;

    BenchmarkOnSpark(GivenOptions options) {
        this.options = options;
        this.folder = options.folder("--out", "all machines share this folder");
        options.refuse(
                REFUSED, "spark.task.cpus sets the threads; all else, 'medmnist benchmark --show' does on one machine");
        this.benchmark = new BenchmarkFolder(folder);
        benchmark.make();
    }

    @Override
    Path folder() {
        return folder;
    }

    @Override
    List<SparkJob> next(int inProgress, int slots) {
        if (submitted) {
            return List.of();
        }
        submitted = true;
        int runs = options.<Integer>value("--runs")
                .orElseGet(() -> benchmark.rows().stream()
                        .mapToInt(row -> row.run().info().settings().models())
                        .reduce(RUNS, Math::max));
        List<Integer> members = options.members(runs);
        List<SparkJob> jobs = new ArrayList<>();
        for (String row : rows()) {
            for (int member : members) {
                jobs.add(job(row, member));
            }
        }
        return jobs;
    }

    private List<String> rows() {
        return options
                .<List<String>>value("--rows")
                .orElseGet(() -> PublishedRow.ofBenchmark().stream()
                        .map(PublishedRow::net)
                        .filter(Objects::nonNull)
                        .toList())
                .stream()
                .map(String::strip)
                .distinct()
                .toList();
    }

    private SparkJob job(String row, int member) {
        List<String> words = new ArrayList<>(options.words(Set.of("--out", "--rows", "--members")));
        words.add("--out=" + folder);
        words.add("--rows=" + row);
        words.add("--members=" + member);
        return new SparkJob(
                "row " + row + ", run " + member, words, folder.resolve(row).toString(), member);
    }

    @Override
    int show(PrintWriter out, PrintWriter err) {
        return Main.execute(out, err, "benchmark", "--show", "--out", folder.toString());
    }
}
