package dev.voxgrad.medmnist.train;

import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.run.member.EpochResult;
import dev.voxgrad.medmnist.run.member.MemberResult;

/** Receives the progress of a run. All methods are called on the thread that trains the member, between steps. */
public interface TrainListener {
    /**
     * Reports that a member's training starts or resumes.
     *
     * @param epochs number of epochs that it has finished
     * @param bestAuc validation AUC of its best model so far; NaN if it has none
     */
    void memberStarts(int member, NetSpec net, int epochs, double bestAuc);

    /**
     * Reports a finished step.
     *
     * @param epoch from 1
     * @param step from 1
     * @param steps number of steps in an epoch
     * @param loss of this step's batch
     */
    void stepDone(int member, int epoch, int step, int steps, double loss);

    /** Reports that an epoch and its validation are done and saved; {@code best} if it is the member's best so far. */
    void epochDone(EpochResult epoch, boolean best);

    /** Reports that a member is finished and its weights are on disk. */
    void memberDone(MemberResult member);

    /**
     * Reports that a member pauses where the trainer's control wants it to, and everything is on disk.
     *
     * @param epochs number of epochs that it has finished
     */
    default void memberPaused(int member, int epochs) {}

    /** Reports that the training of a member failed; the other members continue. */
    void memberFailed(int member, String why);

    /** Reports something unexpected that does not stop the training. */
    void warning(String message);
}
