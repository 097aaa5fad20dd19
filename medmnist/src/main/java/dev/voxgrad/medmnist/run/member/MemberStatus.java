package dev.voxgrad.medmnist.run.member;

import java.util.Optional;

import dev.voxgrad.medmnist.nets.NetSpec;

/**
 * Describes the progress of a member, as every user of the run's folder can see it.
 *
 * @param epochs finished
 * @param step finished batches of the next epoch, at the last checkpoint
 * @param finished whether it has all its epochs
 * @param bestAuc validation AUC of the best model so far; NaN before the end of the first epoch
 * @param lastAuc validation AUC of the last finished epoch, or NaN
 * @param lastLoss mean training loss of that epoch, or NaN
 * @param holder the process that trains it at present, if any
 * @param failure why its training cannot continue, if it failed
 */
public record MemberStatus(
        int index,
        NetSpec net,
        int epochs,
        int step,
        boolean finished,
        double bestAuc,
        double lastAuc,
        double lastLoss,
        Optional<String> holder,
        Optional<String> failure) {
    /** Returns the status of a member in that state. */
    public static MemberStatus of(MemberState state, boolean finished, Optional<String> holder) {
        EpochResult last = state.history().isEmpty() ? null : state.history().getLast();
        return new MemberStatus(
                state.member(),
                state.net(),
                state.epochs(),
                state.step(),
                finished,
                state.best().map(epoch -> epoch.validation().auc()).orElse(Double.NaN),
                last == null ? Double.NaN : last.validation().auc(),
                last == null ? Double.NaN : last.trainLoss(),
                holder,
                Optional.ofNullable(state.failure()));
    }

    /** Describes the state in words. */
    public String words() {
        if (failure.isPresent()) {
            return "failed: " + failure.get();
        }
        if (finished) {
            return "finished";
        }
        return holder.map(who -> "trained by " + who)
                .orElse(
                        epochs == 0 && step == 0
                                ? "not started"
                                : "interrupted" + (step == 0 ? "" : " after " + step + " steps of the next epoch"));
    }
}
