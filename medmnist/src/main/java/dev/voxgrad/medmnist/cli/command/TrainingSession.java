package dev.voxgrad.medmnist.cli.command;

import java.time.Duration;
import java.util.List;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.cli.options.MemberList;
import dev.voxgrad.medmnist.cli.ui.Console;
import dev.voxgrad.medmnist.cli.ui.RunProgress;
import dev.voxgrad.medmnist.cli.ui.SignalStop;
import dev.voxgrad.medmnist.data.Task;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.run.RunFiles;
import dev.voxgrad.medmnist.run.member.MemberLockedException;
import dev.voxgrad.medmnist.text.ShellWords;
import dev.voxgrad.medmnist.train.StopSignal;
import dev.voxgrad.medmnist.train.Trainer;
import dev.voxgrad.medmnist.train.TrainingStoppedException;
import dev.voxgrad.medmnist.train.settings.CrossValidation;

/**
 * Trains members of a run and tells the console how it goes. Ctrl-C and SIGTERM end it after the current step, once the
 * checkpoint is written.
 */
public final class TrainingSession {
    static final double CHECKPOINT_MINUTES = 10;

    private final RunFiles run;
    private final VolumeData data;
    private final Device device;
    private final Console console;
    private List<Integer> members;
    private double checkpointMinutes = CHECKPOINT_MINUTES;
    private List<? extends Device> moreDevices = List.of();
    private int workers = 1;

    /** All members of the run. */
    public TrainingSession(RunFiles run, VolumeData data, Device device, Console console) {
        this.run = run;
        this.data = data;
        this.device = device;
        this.console = console;
        this.members = MemberList.all(run.info().settings().models());
    }

    TrainingSession withMembers(List<Integer> some) {
        members = some;
        return this;
    }

    TrainingSession withCheckpointMinutes(double minutes) {
        checkpointMinutes = minutes;
        return this;
    }

    /** Trains members on these devices too, at the same time. */
    public TrainingSession withDevices(List<? extends Device> more) {
        moreDevices = more;
        return this;
    }

    /** Prepares the batches of each member under way with that many threads. */
    TrainingSession withWorkers(int threads) {
        workers = threads;
        return this;
    }

    /** Returns when all is done; whatever interrupts it, the console says how to continue. */
    public void train() {
        CrossValidation folds = run.info().crossValidation();
        console.progress(data.name() + ": " + data.train().size() + "/"
                + data.val().size() + "/" + data.test().size()
                + " volumes of " + data.shape() + ", " + data.classes()
                + (data.task() == Task.MULTI_LABEL ? " yes/no labels each" : " classes")
                + (data.synthetic() ? " (SYNTHETIC: made by code, not medical)" : "")
                + (folds == null ? "" : "; " + folds.words()));
        try (SignalStop stop = new SignalStop()) {
            trainUntil(stop.signal());
        }
    }

    static Duration checkpointEvery(double minutes) {
        return Duration.ofNanos((long) (minutes * 60e9));
    }

    private void trainUntil(StopSignal stop) {
        RunProgress progress = new RunProgress(run.info(), members, data, console);
        Trainer.Control control = new Trainer.Control(checkpointEvery(checkpointMinutes), stop, moreDevices, workers);
        boolean brokeOff = true;
        try {
            new Trainer(run, data, device, progress, control).run(members);
            brokeOff = false;
        } catch (MemberLockedException e) {
            brokeOff = false; // it never began
            throw e;
        } catch (TrainingStoppedException e) {
            console.line(e.getMessage());
            throw e;
        } finally {
            if (brokeOff && !run.removeIfNothingLearned()) {
                console.line("It broke off; what was learned until then is kept. Go on with: medmnist train --resume "
                        + ShellWords.quote(run.folder()));
            }
        }
        console.line("The run is in " + run.folder() + ". Combine its members with: medmnist ensemble "
                + ShellWords.quote(run.folder()));
    }
}
