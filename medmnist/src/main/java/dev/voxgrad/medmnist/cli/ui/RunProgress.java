package dev.voxgrad.medmnist.cli.ui;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.nets.NetSummary;
import dev.voxgrad.medmnist.run.RunInfo;
import dev.voxgrad.medmnist.run.member.EpochResult;
import dev.voxgrad.medmnist.run.member.MemberResult;
import dev.voxgrad.medmnist.text.VisibleText;
import dev.voxgrad.medmnist.train.TrainListener;
import dev.voxgrad.medmnist.train.settings.TrainSettings;

/**
 * Shows the progress of a run: a line per epoch and, on a terminal, a status line per step, with the time left.
 *
 * <p>The estimate of the time left assumes that the time of a net's epoch is proportional to its FLOPs. It is accurate
 * to about ten per cent and improves with each finished member.
 */
public final class RunProgress implements TrainListener {
    private final TrainSettings settings;
    private final Console console;
    private final double[] epochWork;
    private final int volumes;
    private final TimeLeft time;
    private final Map<Integer, Current> current = new HashMap<>();

    /** Holds the state of a member that is being trained. */
    private static final class Current {
        private final NetSpec net;
        private double bestAuc;
        private int epochsDone;
        private double workOfEpoch;

        Current(NetSpec net, int epochsDone, double bestAuc) {
            this.net = net;
            this.epochsDone = epochsDone;
            this.bestAuc = bestAuc;
        }
    }

    /** Shows the progress of these members of a run. */
    public RunProgress(RunInfo run, List<Integer> members, VolumeData data, Console console) {
        this(run, members, data, console, new TimeLeft());
    }

    /** Shows the progress of these members of a run, with the time left of more work than theirs. */
    public RunProgress(RunInfo run, List<Integer> members, VolumeData data, Console console, TimeLeft time) {
        this.settings = run.settings();
        this.time = time;
        this.console = console;
        this.volumes = run.crossValidation() == null
                ? data.train().size()
                : run.crossValidation().trainingSize(data);
        this.epochWork = new double[settings.models()];
        Map<NetSpec, Long> flop = new HashMap<>();
        for (int member : members) {
            epochWork[member] = flop.computeIfAbsent(
                    settings.netOf(member),
                    net -> NetSummary.of(net, data.shape(), data.classes()).flop());
            time.plan(epochWork[member] * settings.epochs());
        }
    }

    @Override
    public synchronized void memberStarts(int member, NetSpec net, int epochs, double bestAuc) {
        current.put(member, new Current(net, epochs, bestAuc));
        // Epochs of an earlier process took none of this one's time, so they are not part of its work.
        time.plan(-epochWork[member] * epochs);
        if (epochs > 0) {
            console.progress(
                    position(member, epochs) + (epochs == settings.epochs() ? "  finished before" : "  resumed"));
        }
    }

    @Override
    public synchronized void stepDone(int member, int epoch, int step, int steps, double loss) {
        Current now = current(member);
        now.workOfEpoch = epochWork[member] * step / steps;
        double unfinished =
                current.values().stream().mapToDouble(c -> c.workOfEpoch).sum();
        double secondsPerWork = time.seconds() / (time.done() + unfinished);
        // Members that are trained at the same time share the device.
        double ownSeconds = secondsPerWork * current.size();
        double ofEpoch = (epochWork[member] - now.workOfEpoch) * ownSeconds;
        double ofMember = ofEpoch + epochWork[member] * (settings.epochs() - epoch) * ownSeconds;
        console.status(
                position(member, epoch),
                "step " + step + "/" + steps,
                Console.duration(time.secondsLeft(unfinished)) + " left",
                String.format(Locale.ROOT, "loss %.4f", loss) + best(now.bestAuc, "  best %.4f"),
                Console.duration(ofMember) + " for this member",
                Console.duration(ofEpoch) + " for this epoch");
    }

    @Override
    public synchronized void epochDone(EpochResult epoch, boolean best) {
        Current now = current(epoch.member());
        time.done(epochWork[epoch.member()]);
        now.workOfEpoch = 0;
        now.epochsDone = epoch.epoch();
        now.bestAuc = best ? epoch.validation().auc() : now.bestAuc;
        console.progress(epochLine(position(epoch.member(), epoch.epoch()), epoch, best, now.bestAuc, volumes, left()));
    }

    /**
     * Returns the line about a finished epoch.
     *
     * @param position what was trained: member, net and epoch
     * @param bestAuc validation AUC of the best epoch so far
     * @param volumes number of training volumes
     * @param end of the line
     */
    static String epochLine(String position, EpochResult epoch, boolean best, double bestAuc, int volumes, String end) {
        return String.format(
                Locale.ROOT,
                "%s  loss %.4f  val AUC %.4f ACC %.4f%s  %.1f s  %.0f volumes/s  %s",
                position,
                epoch.trainLoss(),
                epoch.validation().auc(),
                epoch.validation().accuracy(),
                best ? "  best" : best(bestAuc, "  (best %.4f)"),
                epoch.seconds(),
                volumes / epoch.seconds(),
                end);
    }

    @Override
    public synchronized void memberDone(MemberResult member) {
        console.clear();
        dropRest(member.index());
    }

    /** Removes the work of epochs that a member will not train: it may have ended before its last epoch. */
    private void dropRest(int member) {
        time.plan(-epochWork[member] * (settings.epochs() - current(member).epochsDone));
        current.remove(member);
    }

    @Override
    public synchronized void memberFailed(int member, String why) {
        console.line("cannot continue: " + VisibleText.line(why, Console.LONGEST_MESSAGE));
        dropRest(member);
    }

    @Override
    public synchronized void warning(String message) {
        console.warning(message);
    }

    /** Returns member, net and epoch. Members are counted from 0, as in --members, in file names and in all tables. */
    private String position(int member, int epoch) {
        return "member " + member + " " + current(member).net.name() + "  epoch " + epoch + "/" + settings.epochs();
    }

    private Current current(int member) {
        return Objects.requireNonNull(current.get(member), () -> "member " + member + " has not started");
    }

    static String best(double auc, String format) {
        return Double.isNaN(auc) ? "" : String.format(Locale.ROOT, format, auc);
    }

    private String left() {
        return time.isOver()
                ? "done in " + Console.duration(time.seconds())
                : Console.duration(time.secondsLeft(0)) + " left";
    }
}
