package dev.voxgrad.bench.search;

import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.concurrent.Callable;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import dev.voxgrad.medmnist.cli.Main;
import dev.voxgrad.medmnist.search.SearchFiles;
import dev.voxgrad.medmnist.search.analysis.Progress;
import dev.voxgrad.medmnist.search.strategy.Budget;
import dev.voxgrad.medmnist.search.strategy.Method;

/** Runs the command {@code searches}: the same search by several strategies and with several seeds. */
@Command(
        name = "searches",
        sortOptions = false,
        description = {
            "Searches for good settings by several strategies and with several seeds, and prints the best validation "
                    + "AUC against the epochs spent: the median of the seeds, and their range.",
            "",
            "Each search has a folder of its own in --out, and can be looked at with 'medmnist leaderboard' and "
                    + "'medmnist report'. After an interruption, the same command continues; finished searches are "
                    + "not run again.",
            "",
            "Examples:",
            "  searches --out runs/searches -- --flag synthetic --size 16",
            "  searches --out runs/searches --budget 40epochs --seeds 5 -- --flag adrenalmnist3d --space space.txt",
            ""
        },
        footer = {"", "Exit code: 0 done, 1 a search failed, 2 wrong use."})
public final class SearchesCommand implements Callable<Integer> {
    @Spec
    private CommandSpec command;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Folder for the searches.")
    private Path out;

    @Option(
            names = "--strategies",
            paramLabel = "S",
            split = ",",
            defaultValue = "asha,asha-random,random",
            description =
                    "Strategies to compare, as in search --strategy; tpe does the same as random until it has two more "
                            + "results than there are settings, which takes a larger budget. Default: ${DEFAULT-VALUE}")
    private List<String> strategies;

    @Option(
            names = "--seeds",
            paramLabel = "N",
            defaultValue = "5",
            description = "Number of searches for each strategy, with the seeds 1, 2, ... Default: ${DEFAULT-VALUE}")
    private int seeds;

    @Option(
            names = "--budget",
            paramLabel = "B",
            defaultValue = "40epochs",
            description = "Epochs of each search. Default: ${DEFAULT-VALUE}")
    private String budget;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    @Parameters(
            paramLabel = "OPTION",
            arity = "1..*",
            description = "Options of search, after '--': those of the data, --epochs, --space and so on.")
    private List<String> options;

    /** Runs the command and exits with its code. */
    public static void main(String... arguments) {
        PrintWriter out = new PrintWriter(System.out, true, System.out.charset());
        PrintWriter err = new PrintWriter(System.err, true, System.err.charset());
        System.exit(execute(out, err, arguments));
    }

    /** Runs the command; returns its exit code. */
    static int execute(PrintWriter out, PrintWriter err, String... arguments) {
        return new CommandLine(new SearchesCommand())
                .setOut(out)
                .setErr(err)
                .setUsageHelpAutoWidth(true)
                .execute(arguments);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        int epochs = check();
        PrintWriter print = command.commandLine().getOut();
        SequencedMap<Method, List<Progress>> courses = new LinkedHashMap<>();
        for (String strategy : strategies) {
            List<Progress> ofSeeds = new ArrayList<>();
            for (int seed = 1; seed <= seeds; seed++) {
                Path folder = out.resolve(strategy + "-" + seed);
                int code = search(folder, strategy, seed);
                if (code != 0) {
                    return code == 2 ? 2 : 1;
                }
                ofSeeds.add(Progress.of(SearchFiles.open(folder).trials()));
            }
            courses.put(Method.byFlag(strategy), ofSeeds);
        }
        print.print(CourseTable.toText(courses, epochs));
        print.flush();
        return 0;
    }

    /** Returns the epochs of a search. */
    private int check() {
        try {
            strategies.forEach(Method::byFlag);
            if (seeds < 1 || seeds > 1000) {
                throw new IllegalArgumentException("seeds is " + seeds + "; expected 1 to 1000");
            }
            if (Budget.parse(budget) instanceof Budget.Epochs(long epochs)) {
                return (int) epochs;
            }
            throw new IllegalArgumentException("budget is " + budget + "; expected epochs, such as 40epochs");
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), "--" + e.getMessage(), e);
        }
    }

    /** Starts or continues a search in a process of its own; returns its exit code. */
    private int search(Path folder, String strategy, int seed) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(java());
        words.add("search");
        if (SearchFiles.isAt(folder)) {
            words.addAll(List.of("--resume", folder.toString()));
        } else {
            words.addAll(List.of("--out", folder.toString(), "--strategy", strategy));
            words.addAll(List.of("--seed", String.valueOf(seed), "--budget", budget));
            words.addAll(options);
        }
        return new ProcessBuilder(words).inheritIO().start().waitFor();
    }

    private static List<String> java() {
        List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        words.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        return words;
    }
}
