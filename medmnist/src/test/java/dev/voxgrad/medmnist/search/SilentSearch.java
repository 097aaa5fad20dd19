package dev.voxgrad.medmnist.search;

import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.run.member.EpochResult;
import dev.voxgrad.medmnist.run.member.MemberResult;

/** Ignores all progress of a search. */
class SilentSearch implements SearchListener {
    @Override
    public void jobStarts(Trial trial, int epochs, Spent spent) {}

    @Override
    public void rungReached(int trial, RungResult result, Leaderboard leaderboard) {}

    @Override
    public void waits(int trial) {
        throw new AssertionError("waits for trial " + trial + ", although there is no other worker");
    }

    @Override
    public void memberStarts(int member, NetSpec net, int epochs, double bestAuc) {}

    @Override
    public void stepDone(int member, int epoch, int step, int steps, double loss) {}

    @Override
    public void epochDone(EpochResult epoch, boolean best) {}

    @Override
    public void memberDone(MemberResult member) {}

    @Override
    public void memberFailed(int member, String why) {}

    @Override
    public void warning(String message) {
        throw new AssertionError(message);
    }
}
