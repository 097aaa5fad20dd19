package dev.voxgrad.medmnist.cli.ui;

import java.util.Locale;

import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.run.member.EpochResult;
import dev.voxgrad.medmnist.run.member.MemberResult;
import dev.voxgrad.medmnist.search.Leaderboard;
import dev.voxgrad.medmnist.search.RungResult;
import dev.voxgrad.medmnist.search.SearchListener;
import dev.voxgrad.medmnist.search.Spent;
import dev.voxgrad.medmnist.search.Trial;
import dev.voxgrad.medmnist.search.strategy.Budget;
import dev.voxgrad.medmnist.search.strategy.Plan;
import dev.voxgrad.medmnist.text.VisibleText;

/**
 * Shows the progress of a search: a line for each job, epoch and rung and, on a terminal, a status line per step, with
 * the budget that is left. The time that a number of epochs takes is estimated from the mean of those so far.
 */
public final class SearchProgress implements SearchListener {
    private final Plan plan;
    private final int volumes;
    private final Console console;
    private Spent spent = new Spent(0, 0, 0);
    private String trial = "";
    private int toEpoch;
    private double bestAuc = Double.NaN;
    private double secondsOfEpoch;
    private long stepStart;
    private boolean waiting;

    /**
     * Shows the progress of a search.
     *
     * @param volumes number of training volumes
     */
    public SearchProgress(Plan plan, int volumes, Console console) {
        this.plan = plan;
        this.volumes = volumes;
        this.console = console;
    }

    @Override
    public void jobStarts(Trial before, int epochs, Spent soFar) {
        spent = soFar;
        trial = "trial " + before.number();
        toEpoch = epochs;
        waiting = false;
        secondsOfEpoch = 0;
        console.progress(trial + "  " + before.info().configuration().toText() + "  ("
                + VisibleText.line(before.info().origin(), Console.LONGEST_MESSAGE) + ")  "
                + (before.epochs() == 0 ? "" : "from epoch " + before.epochs() + " ") + "to epoch " + epochs);
    }

    @Override
    public void memberStarts(int member, NetSpec net, int epochs, double best) {
        trial += " " + net.name();
        bestAuc = best;
        stepStart = System.nanoTime();
    }

    @Override
    public void stepDone(int member, int epoch, int step, int steps, double loss) {
        long now = System.nanoTime();
        secondsOfEpoch += (now - stepStart) / 1e9;
        stepStart = now;
        console.status(
                position(epoch),
                "step " + step + "/" + steps,
                left(new Spent(spent.trials(), spent.epochs(), spent.seconds() + secondsOfEpoch)),
                String.format(Locale.ROOT, "loss %.4f", loss));
    }

    @Override
    public void epochDone(EpochResult epoch, boolean best) {
        bestAuc = best ? epoch.validation().auc() : bestAuc;
        secondsOfEpoch = 0;
        stepStart = System.nanoTime();
        spent = new Spent(spent.trials(), spent.epochs() + 1, spent.seconds() + epoch.seconds());
        console.progress(RunProgress.epochLine(position(epoch.epoch()), epoch, best, bestAuc, volumes, left(spent)));
    }

    /** Returns what is left to do and, where that is known, about how long it takes. */
    private String left(Spent now) {
        return switch (plan.budget()) {
            case Budget.Seconds time ->
                Console.duration(Math.max(0, time.seconds() - now.seconds())) + " of the budget left";
            case Budget.Epochs limit -> left(limit.epochs(), now);
            case null ->
                plan.rungs().top() == 0
                        ? left((long) plan.trials() * toEpoch, now) // every trial is trained to its end
                        : "trial " + now.trials() + " of at most " + plan.trials();
        };
    }

    private static String left(long limit, Spent now) {
        long epochs = Math.max(0, limit - now.epochs());
        String time = now.epochs() == 0 ? "" : ", about " + Console.duration(epochs * now.seconds() / now.epochs());
        return epochs + " epochs left" + time;
    }

    private String position(int epoch) {
        return trial + "  epoch " + epoch + "/" + toEpoch;
    }

    @Override
    public void rungReached(int number, RungResult result, Leaderboard leaderboard) {
        Trial now = leaderboard.trials().stream()
                .filter(one -> one.number() == number)
                .findFirst()
                .orElseThrow();
        long ranked = leaderboard.trials().stream()
                .filter(one -> one.result().isPresent())
                .count();
        console.progress(String.format(
                Locale.ROOT,
                "trial %d  %s of %d by validation AUC: %.3f%s",
                number,
                "rank " + leaderboard.rank(now),
                ranked,
                result.auc(),
                result.interval() == null ? "" : " (95 %: " + result.interval().toText() + ")"));
    }

    @Override
    public void waits(int number) {
        if (!waiting) {
            console.progress("waiting for trial " + number + ", which another process trains");
            waiting = true;
        }
    }

    @Override
    public void memberDone(MemberResult member) {
        console.clear();
    }

    @Override
    public void memberFailed(int member, String why) {
        console.line(trial + " cannot continue: " + VisibleText.line(why, Console.LONGEST_MESSAGE));
    }

    @Override
    public void warning(String message) {
        console.warning(message);
    }
}
