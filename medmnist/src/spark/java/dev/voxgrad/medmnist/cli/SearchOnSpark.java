package dev.voxgrad.medmnist.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import dev.voxgrad.medmnist.search.SearchFiles;
import dev.voxgrad.medmnist.search.strategy.Plan;

/**
 * Divides {@code search --resume} into jobs, each of which trains one trial to its next rung: the one that the search
 * chooses when the task starts, an interrupted one first. As many are in progress as the search is meant for or, if it
 * is for any number of processes, as the executors can train at once.
 */
final class SearchOnSpark extends DistributedCommand {
    private static final Set<String> OPTIONS =
            Set.of("--resume", "--checkpoint-minutes", "--root", "--npz", "--cache", "--device", "--quiet", "--debug");

    private final GivenOptions options;
    private final Path folder;
    private final SearchFiles search;
    private int jobs;
    private boolean ended;

    SearchOnSpark(GivenOptions options) {
        this.options = options;
        this.folder = options.folder(
                "--resume", "create the search first: medmnist search ... --out S --prepare, then search --resume S");
        options.refuseAllBut(
                OPTIONS,
                "spark.task.cpus sets the threads, and 'medmnist search --resume S --budget B --prepare' the "
                        + "budget");
        this.search = SearchFiles.open(folder);
    }

    @Override
    Path folder() {
        return folder;
    }

    @Override
    List<SparkJob> next(int inProgress, int slots) {
        int workers = search.info().plan().workers();
        int missing = (workers == Plan.ANY_WORKERS ? slots : workers) - inProgress;
        if (ended || missing <= 0) {
            return List.of();
        }
        ended = !failures().isEmpty() || search.end().isPresent();
        return ended ? List.of() : Stream.generate(this::job).limit(missing).toList();
    }

    private SparkJob job() {
        List<String> words = new ArrayList<>(options.words(Set.of("--resume")));
        words.add("--resume=" + folder);
        words.add("--jobs=1");
        return new SparkJob("job " + ++jobs + " of the search", words, "", 0);
    }

    @Override
    int show(PrintWriter out, PrintWriter err) {
        return Main.execute(out, err, "leaderboard", folder.toString());
    }
}
