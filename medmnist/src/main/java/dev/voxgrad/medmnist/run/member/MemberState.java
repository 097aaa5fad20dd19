package dev.voxgrad.medmnist.run.member;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.train.settings.TrainSettings;

import static dev.voxgrad.medmnist.io.BadValueException.require;
import static dev.voxgrad.medmnist.io.BadValueException.requirePresent;
import static dev.voxgrad.medmnist.io.BadValueException.requireWithin;

/**
 * How far a member has come: with the weights and the optimiser's state, all that is needed to go on. Random numbers
 * need no state, since they are named by seed, epoch and sample.
 *
 * @param member index in the run
 * @param history its finished epochs, in order
 * @param step batches done of the epoch after these; 0 between epochs
 * @param lossSum of these batches: the sum of the losses of their samples
 * @param seconds of these batches
 * @param failure why it can't go on; null unless it can't
 */
public record MemberState(
        int member, NetSpec net, List<EpochResult> history, int step, double lossSum, double seconds, String failure) {
    /** Refuses what a damaged or edited file may hold. */
    public MemberState {
        requireWithin("member", member, 0, TrainSettings.MOST_MODELS - 1);
        requirePresent("net", net);
        requirePresent("history", history);
        requireWithin("step", step, 0, Integer.MAX_VALUE);
        require(Double.isFinite(lossSum), "loss-sum", lossSum, "a finite number");
        require(seconds >= 0 && Double.isFinite(seconds), "seconds", seconds, "zero or more");
        for (int i = 0; i < history.size(); i++) {
            EpochResult epoch = history.get(i);
            require(
                    epoch != null && epoch.epoch() == i + 1 && epoch.member() == member && epoch.net() == net,
                    "history",
                    "out of order at entry " + i,
                    "all epochs of member " + member + " from 1 on");
        }
        history = List.copyOf(history);
    }

    /** Before the first step. */
    public static MemberState atStart(int member, NetSpec net) {
        return new MemberState(member, net, List.of(), 0, 0, 0, null);
    }

    /** After one more epoch. */
    public MemberState withEpoch(EpochResult epoch) {
        List<EpochResult> longer = new ArrayList<>(history);
        longer.add(epoch);
        return new MemberState(member, net, longer, 0, 0, 0, null);
    }

    /** In the middle of an epoch. */
    public MemberState withinEpoch(int stepsDone, double lossSumOfThem, double secondsOfThem) {
        return new MemberState(member, net, history, stepsDone, lossSumOfThem, secondsOfThem, null);
    }

    /** At the same point, but for good. */
    public MemberState failed(String why) {
        return new MemberState(member, net, history, step, lossSum, seconds, why);
    }

    /** Returns whether this member has all the epochs that its run's settings ask for. */
    public boolean isFinished(TrainSettings settings) {
        int patience = settings.options().patience();
        return epochs() >= settings.epochs() || patience > 0 && epochsWithoutBetter() >= patience;
    }

    /** Finished epochs. */
    public int epochs() {
        return history.size();
    }

    /** The epoch with the highest validation AUC so far; of several such, the latest. */
    public Optional<EpochResult> best() {
        return history.stream()
                .reduce((a, b) -> b.validation().auc() >= a.validation().auc() ? b : a);
    }

    /** Epochs since the validation AUC was last higher than ever before. */
    public int epochsWithoutBetter() {
        double highest = Double.NEGATIVE_INFINITY;
        int without = 0;
        for (EpochResult epoch : history) {
            without = epoch.validation().auc() > highest ? 0 : without + 1;
            highest = Math.max(highest, epoch.validation().auc());
        }
        return without;
    }

    /** The row of {@code members.csv}; there must be an epoch. */
    public MemberResult result() {
        EpochResult best = best().orElseThrow();
        return new MemberResult(
                member, net, best.epoch(), best.validation(), history.getLast().validation(), epochs());
    }
}
