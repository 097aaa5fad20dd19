package dev.voxgrad.medmnist.train;

import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.run.member.EpochResult;
import dev.voxgrad.medmnist.run.member.MemberResult;

/** Told how a run is going. All methods are called on the training thread, between steps. */
public interface TrainListener {
    /**
     * A member's turn has come.
     *
     * @param epochs that it has behind it already
     * @param bestAuc validation AUC of its best model so far; NaN if it has none
     */
    void memberStarts(int member, NetSpec net, int epochs, double bestAuc);

    /**
     * A step is done.
     *
     * @param epoch from 1
     * @param step from 1
     * @param steps of this epoch
     * @param loss of this step's batch
     */
    void stepDone(int member, int epoch, int step, int steps, double loss);

    /** An epoch and its validation are done and kept; {@code best} if it is the member's best so far. */
    void epochDone(EpochResult epoch, boolean best);

    /** A member is finished and its weights are on disk. */
    void memberDone(MemberResult member);

    /** A member cannot go on; the others do. */
    void memberFailed(int member, String why);

    /** Something that is not as it should be, but does not stop the training. */
    void warning(String message);
}
