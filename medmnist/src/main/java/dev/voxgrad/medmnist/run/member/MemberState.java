package dev.voxgrad.medmnist.run.member;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.train.settings.Ties;
import dev.voxgrad.medmnist.train.settings.TrainSettings;

import static dev.voxgrad.medmnist.io.BadValueException.require;
import static dev.voxgrad.medmnist.io.BadValueException.requirePresent;
import static dev.voxgrad.medmnist.io.BadValueException.requireWithin;

/**
 * Describes a member's progress: with the weights and the optimiser's state, all that resuming needs. Random numbers
 * need no state, since seed, epoch and sample determine them.
 *
 * @param member index in the run
 * @param history its finished epochs, in order
 * @param step finished batches of the epoch after these; 0 between epochs
 * @param lossSum sum of the losses of the samples in these batches
 * @param seconds that these batches took
 * @param failure why its training cannot continue; null if it can
 */
public record MemberState(
        int member,
        NetSpec net,
        List<EpochResult> history,
        int step,
        double lossSum,
        double seconds,
        @Nullable String failure) {
    /** Refuses what a damaged or edited file may contain. */
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
                    epoch != null
                            && epoch.epoch() == i + 1
                            && epoch.member() == member
                            && epoch.net().equals(net),
                    "history",
                    "out of order at entry " + i,
                    "all epochs of member " + member + " from 1 on");
        }
        history = List.copyOf(history);
    }

    /** Returns the state before the first step. */
    public static MemberState atStart(int member, NetSpec net) {
        return new MemberState(member, net, List.of(), 0, 0, 0, null);
    }

    /** Returns the state after one more epoch. */
    public MemberState withEpoch(EpochResult epoch) {
        List<EpochResult> longer = new ArrayList<>(history);
        longer.add(epoch);
        return new MemberState(member, net, longer, 0, 0, 0, null);
    }

    /** Returns the state after some steps of the next epoch. */
    public MemberState withinEpoch(int stepsDone, double lossSumOfThem, double secondsOfThem) {
        return new MemberState(member, net, history, stepsDone, lossSumOfThem, secondsOfThem, null);
    }

    /** Returns the state at the same point, from which training cannot continue. */
    public MemberState failed(String why) {
        return new MemberState(member, net, history, step, lossSum, seconds, why);
    }

    /** Returns whether this member has all the epochs that its run's settings require. */
    public boolean isFinished(TrainSettings settings) {
        int patience = settings.options().patience();
        return epochs() >= settings.epochs() || patience > 0 && epochsWithoutBetter() >= patience;
    }

    /** Returns the number of finished epochs. */
    public int epochs() {
        return history.size();
    }

    /** Returns the epoch with the highest validation AUC so far; if several are equal, the latest. */
    public Optional<EpochResult> best() {
        return best(Ties.LATEST);
    }

    /** Returns the epoch with the highest validation AUC so far. */
    public Optional<EpochResult> best(Ties ties) {
        return history.stream()
                .reduce((a, b) ->
                        ties.replaces(b.validation().auc(), a.validation().auc()) ? b : a);
    }

    /** Returns the number of epochs since the validation AUC last exceeded all earlier ones. */
    public int epochsWithoutBetter() {
        double highest = Double.NEGATIVE_INFINITY;
        int without = 0;
        for (EpochResult epoch : history) {
            without = epoch.validation().auc() > highest ? 0 : without + 1;
            highest = Math.max(highest, epoch.validation().auc());
        }
        return without;
    }

    /** Returns the row of {@code members.csv}; at least one epoch must be finished. */
    public MemberResult result(Ties ties) {
        EpochResult best = best(ties).orElseThrow();
        return new MemberResult(
                member, net, best.epoch(), best.validation(), history.getLast().validation(), epochs());
    }
}
