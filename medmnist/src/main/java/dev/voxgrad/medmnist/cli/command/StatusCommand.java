package dev.voxgrad.medmnist.cli.command;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import dev.voxgrad.medmnist.run.RunFiles;
import dev.voxgrad.medmnist.run.member.MemberStatus;
import dev.voxgrad.medmnist.search.RungResult;
import dev.voxgrad.medmnist.search.SearchFiles;
import dev.voxgrad.medmnist.search.Spent;
import dev.voxgrad.medmnist.search.Trial;
import dev.voxgrad.medmnist.search.strategy.Plan;
import dev.voxgrad.medmnist.text.VisibleText;
import dev.voxgrad.medmnist.train.settings.CrossValidation;
import dev.voxgrad.medmnist.train.settings.TrainSettings;

/** Runs {@code medmnist status}. */
@Command(
        name = "status",
        header = "Shows the progress of a run or search, and which process trains what.",
        description = {
            "Shows the epoch of each member of a run, its best model so far, and which process is training it, on this"
                    + " machine or on another one that shares the folder. Changes nothing and can be run at any time.",
            "For a search, shows its trials in the same way.",
            "Example: medmnist status runs/adrenal",
            ""
        })
public final class StatusCommand implements Callable<Integer> {
    private static final int LONGEST_STATE = 500;

    @Spec
    private CommandSpec command;

    @Parameters(paramLabel = "RUN", description = "The folder of a run or a search, as created by train or search.")
    private Path folder;

    @Override
    public Integer call() {
        PrintWriter out = command.commandLine().getOut();
        if (SearchFiles.isAt(folder)) {
            show(SearchFiles.open(folder), out);
        } else {
            show(RunFiles.open(folder), out);
        }
        return 0;
    }

    private static void show(SearchFiles search, PrintWriter out) {
        List<Trial> trials = search.trials();
        Plan plan = search.info().plan();
        out.println(plan.words());
        out.println("so far " + Spent.of(trials).words());
        out.println(String.format(Locale.ROOT, "%-5s  %11s  %8s  %s", "trial", "epochs", "best AUC", "state"));
        for (Trial trial : trials) {
            out.println(String.format(
                    Locale.ROOT,
                    "%-5d  %5d/%-5d  %8s  %s",
                    trial.number(),
                    trial.epochs(),
                    plan.rungs().epochs().get(trial.rung()),
                    figure(trial.result().map(RungResult::auc).orElse(Double.NaN)),
                    VisibleText.line(trial.words(), LONGEST_STATE)));
        }
    }

    private static void show(RunFiles run, PrintWriter out) {
        CrossValidation folds = run.info().crossValidation();
        if (folds != null) {
            out.println(folds.words() + "; member m validates on fold m mod " + folds.folds());
        }
        TrainSettings settings = run.info().settings();
        out.println(settings.words());
        int width =
                settings.nets().stream().mapToInt(net -> net.name().length()).reduce("net".length() + 1, Math::max);
        out.println(String.format(
                Locale.ROOT,
                "%-6s  %-" + width + "s  %11s  %8s  %8s  %5s  %s",
                "member",
                "net",
                "epochs",
                "best AUC",
                "last AUC",
                "loss",
                "state"));
        int finished = 0;
        for (MemberStatus member : run.status()) {
            finished += member.finished() ? 1 : 0;
            out.println(String.format(
                    Locale.ROOT,
                    "%-6d  %-" + width + "s  %5d/%-5d  %8s  %8s  %5s  %s",
                    member.index(),
                    member.net().name(),
                    member.epochs(),
                    settings.epochs(),
                    figure(member.bestAuc()),
                    figure(member.lastAuc()),
                    figure(member.lastLoss()),
                    VisibleText.line(member.words(), LONGEST_STATE)));
        }
        out.println(finished + " of " + settings.models() + " members are finished");
    }

    private static String figure(double value) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.3f", value);
    }
}
