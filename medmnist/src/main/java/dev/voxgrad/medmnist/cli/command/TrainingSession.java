package dev.voxgrad.medmnist.cli.command;

import java.time.Duration;
import java.util.List;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.cli.options.CheckpointOption;
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
 * Trains members of a run and shows the progress on the console. Ctrl-C and SIGTERM end it after the current step, once
 * the checkpoint is written.
 */
public final class TrainingSession {
    private final RunFiles run;
    private final VolumeData data;
    private final Device device;
    private final Console console;
    private List<Integer> members;
    private Duration checkpoints = CheckpointOption.DEFAULT;
    private List<? extends Device> moreDevices = List.of();
    private int workers = 1;

    /** Creates a session that trains all members of the run. */
    public TrainingSession(RunFiles run, VolumeData data, Device device, Console console) {
        this.run = run;
        this.data = data;
        this.device = device;
        this.console = console;
        this.members = MemberList.all(run.info().settings().models());
    }

    /** Trains only these members. */
    TrainingSession withMembers(List<Integer> some) {
        members = some;
        return this;
    }

    /** Sets the longest time between two checkpoints. */
    TrainingSession withCheckpoints(Duration longest) {
        checkpoints = longest;
        return this;
    }

    /** Trains members on these devices as well, at the same time. */
    public TrainingSession withDevices(List<? extends Device> more) {
        moreDevices = more;
        return this;
    }

    /** Sets the number of threads that prepare the batches of each member in training. */
    TrainingSession withWorkers(int threads) {
        workers = threads;
        return this;
    }

    /** Trains until all members are finished. If it is interrupted, the console shows how to resume. */
    public void train() {
        CrossValidation folds = run.info().crossValidation();
        console.progress(data.name() + ": " + data.counts()
                + " volumes of " + data.shape() + ", " + data.classes()
                + (data.task() == Task.MULTI_LABEL ? " yes/no labels each" : " classes")
                + (data.synthetic() ? " (SYNTHETIC: made by code, not medical)" : "")
                + (folds == null ? "" : "; " + folds.words()));
        try (SignalStop stop = new SignalStop()) {
            trainUntil(stop.signal());
        }
    }

    private void trainUntil(StopSignal stop) {
        RunProgress progress = new RunProgress(run.info(), members, data, console);
        Trainer.Control control = new Trainer.Control(checkpoints, stop, moreDevices, workers);
        boolean interrupted = true;
        try {
            new Trainer(run, data, device, progress, control).run(members);
            interrupted = false;
        } catch (MemberLockedException e) {
            interrupted = false; // it never started
            throw e;
        } catch (TrainingStoppedException e) {
            console.line(String.valueOf(e.getMessage()));
            throw e;
        } finally {
            if (interrupted && !run.removeIfNothingLearned()) {
                console.line("Training was interrupted; progress is saved. Resume with: medmnist train --resume "
                        + ShellWords.quote(run.folder()));
            }
        }
        console.line("The run is in " + run.folder() + ". Combine its members with: medmnist ensemble "
                + ShellWords.quote(run.folder()));
    }
}
