package dev.voxgrad.medmnist.run.member;

import java.util.Optional;

import dev.voxgrad.medmnist.nets.NetSpec;

/**
 * How a member is doing, as anyone may see who shares the run's folder.
 *
 * @param epochs finished
 * @param step batches done of the next epoch, at the last checkpoint
 * @param finished whether it has all the epochs that it should have
 * @param bestAuc validation AUC of the best model so far; NaN before the first epoch, and likewise
 * @param lastAuc of the last finished epoch
 * @param lastLoss mean training loss of that epoch
 * @param holder the process that trains it at present
 * @param failure why it cannot go on, if it can't
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

    /** The state in words. */
    public String words() {
        if (failure.isPresent()) {
            return "cannot go on: " + failure.get();
        }
        if (finished) {
            return "finished";
        }
        return holder.map(who -> "trained by " + who)
                .orElse(
                        epochs == 0 && step == 0
                                ? "not begun"
                                : "broken off" + (step == 0 ? "" : " after " + step + " steps of the next epoch"));
    }
}
