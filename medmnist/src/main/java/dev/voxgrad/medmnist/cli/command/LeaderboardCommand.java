package dev.voxgrad.medmnist.cli.command;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import dev.voxgrad.medmnist.search.Leaderboard;
import dev.voxgrad.medmnist.search.SearchFiles;

/** Runs {@code medmnist leaderboard}. */
@Command(
        name = "leaderboard",
        header = "Shows the trials of a search, the best first.",
        sortOptions = false,
        description = {
            "Shows the trials of a search by the validation AUC of their best models, with 95 %% bootstrap intervals. "
                    + "Equal AUCs are ordered by the log-loss. Changes nothing, and can be run while the search runs.",
            "",
            "Trials that the search trained for fewer epochs appear at the rung that they reached.",
            "",
            "Examples:",
            "  medmnist leaderboard runs/search",
            "  medmnist leaderboard runs/search --csv > trials.csv",
            ""
        })
public final class LeaderboardCommand implements Callable<Integer> {
    @Spec
    private CommandSpec command;

    @Parameters(paramLabel = "SEARCH", description = "The search's folder, as created by search.")
    private Path folder;

    @Option(names = "--csv", description = "Print comma-separated values with all digits, as in leaderboard.csv.")
    private boolean csv;

    @Override
    public Integer call() {
        Leaderboard leaderboard = SearchFiles.open(folder).leaderboard();
        PrintWriter out = command.commandLine().getOut();
        out.print(csv ? leaderboard.toCsv() : leaderboard.toText());
        return 0;
    }
}
