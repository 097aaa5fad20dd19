package dev.voxgrad.medmnist.search;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.cuda.driver.DeviceMemoryException;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.io.DataException;
import dev.voxgrad.medmnist.io.HeapLimit;
import dev.voxgrad.medmnist.run.RunFiles;
import dev.voxgrad.medmnist.run.member.MemberLock;
import dev.voxgrad.medmnist.run.member.MemberLockedException;
import dev.voxgrad.medmnist.run.member.MemberState;
import dev.voxgrad.medmnist.search.strategy.Budget;
import dev.voxgrad.medmnist.search.strategy.Job;
import dev.voxgrad.medmnist.search.strategy.Strategy;
import dev.voxgrad.medmnist.train.Trainer;
import dev.voxgrad.medmnist.train.TrainingException;
import dev.voxgrad.medmnist.train.TrainingStoppedException;
import dev.voxgrad.medmnist.train.settings.TrainSettings;

/**
 * Trains the trials of a search, one after the other, until there is nothing left to do. In pseudo-code:
 *
 * <pre>
 * repeat:
 *     lock the search                                  // for a moment
 *         read the states of all trials
 *         ask the strategy for the next job            // an interrupted trial comes first
 *         write the job to the trial's trial.json; lock the trial
 *     give the search back
 *     train the trial to its rung; predict the validation split with its best model
 *     write the predictions, then the figures to trial.json; free the trial
 *     lock the search; write the leaderboard; give the search back
 * </pre>
 *
 * <p>Any number of workers, in processes of their own, can share a search. Whatever ends one of them, what it has
 * finished is kept, and another worker takes its trial over from the newest checkpoint.
 */
public final class Worker {
    private static final long MILLIS_BETWEEN = 500;

    private final SearchFiles search;
    private final VolumeData data;
    private final Device device;
    private final SearchListener listener;
    private final Trainer.Control control;
    private final BiFunction<TrainSettings, Path, RunFiles> creator;
    private final Strategy strategy;

    /** What a worker does next: it trains a trial that it has locked, waits, or ends. */
    private sealed interface Next {
        record Train(TrialFiles files, RunFiles run, Trial before, Spent spent, MemberLock lock) implements Next {}

        record Again() implements Next {}

        record Wait(int trial) implements Next {}

        record End(String reason) implements Next {}
    }

    /**
     * Prepares to work on a search.
     *
     * @param data the volumes as the trials take them
     * @param control when to stop and to save checkpoints; trials are trained on the worker's own device only
     * @param creator creates a run with these settings in the folder that it receives
     */
    public Worker(
            SearchFiles search,
            VolumeData data,
            Device device,
            SearchListener listener,
            Trainer.Control control,
            BiFunction<TrainSettings, Path, RunFiles> creator) {
        this.search = search;
        this.data = data;
        this.device = device;
        this.listener = listener;
        this.control = control;
        this.creator = creator;
        this.strategy = search.strategy();
    }

    /**
     * Works until the strategy has nothing more to do; returns the reason, as the end of a sentence.
     *
     * @throws TrainingStoppedException if a stop was requested; progress is saved
     */
    public String work() {
        return work(Integer.MAX_VALUE).orElseThrow();
    }

    /**
     * Works as {@link #work()} does, but on so many jobs at most; a job trains one trial to its next rung.
     *
     * @return why the strategy has nothing more to do; empty if the jobs were done first
     * @throws TrainingStoppedException if a stop was requested; progress is saved
     */
    public Optional<String> work(int jobs) {
        search.locked(this::writeLeaderboard); // an interrupted worker may not have done so
        int done = 0;
        while (done < jobs) {
            stopIfAsked();
            switch (search.locked(this::decide)) {
                case Next.Train job -> {
                    boolean inTime;
                    try (MemberLock lock = job.lock()) {
                        inTime = train(job, lock);
                    }
                    Leaderboard now = search.locked(this::writeLeaderboard);
                    if (!inTime) {
                        return Optional.of("the time is used");
                    }
                    report(job.files().info(), job.files().number(), now);
                    done++;
                }
                case Next.Again _ -> search.locked(this::writeLeaderboard);
                case Next.Wait wait -> pause(wait.trial());
                case Next.End end -> {
                    return Optional.of(end.reason());
                }
            }
        }
        return Optional.empty();
    }

    private void stopIfAsked() {
        if (control.stop().isRequested()) {
            throw new TrainingStoppedException("stopped between two trials");
        }
    }

    private void pause(int trial) {
        listener.waits(trial);
        try {
            Thread.sleep(MILLIS_BETWEEN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for trial " + trial, e);
        }
    }

    private Leaderboard writeLeaderboard() {
        Leaderboard now = search.leaderboard();
        search.write(now);
        return now;
    }

    private void report(TrialInfo info, int trial, Leaderboard leaderboard) {
        if (info.isThere()) {
            listener.rungReached(trial, info.results().getLast(), leaderboard);
        }
    }

    private Next decide() {
        List<Trial> trials = search.trials();
        Spent spent = Spent.of(trials);
        return switch (strategy.next(trials.stream().map(Trial::state).toList())) {
            case Job.Start start -> {
                TrialFiles files = search.trial(start.trial());
                TrialInfo info = TrialInfo.start(start.configuration(), start.origin(), start.job());
                Optional<String> unfit = unfit(start);
                files.write(unfit.map(info::failed).orElse(info));
                yield unfit.isPresent() ? new Next.Again() : take(files, spent, null);
            }
            case Job.Promote promote -> take(search.trial(promote.trial()), spent, promote.job());
            case Job.Resume resume -> take(search.trial(resume.trial()), spent, null);
            case Job.Wait wait -> new Next.Wait(wait.trial());
            case Job.Finished finished -> new Next.End(finished.reason());
        };
    }

    /** Returns why a configuration cannot be trained at all, as a net that is too deep for the volumes. */
    private Optional<String> unfit(Job.Start start) {
        try {
            TrainSettings settings = search.info().settings(start.trial(), start.configuration());
            return failure(() -> Trainer.check(settings.resolved(data, null), null, data, device));
        } catch (DataException | IllegalArgumentException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    /**
     * Locks a trial to train it.
     *
     * @param job that sends it to the next rung; null if it was sent there before
     */
    private Next take(TrialFiles files, Spent spent, @Nullable Integer job) {
        RunFiles run = files.openOrCreateRun(folder -> creator.apply(settings(files), folder));
        MemberLock lock;
        try {
            lock = files.takeLock();
        } catch (MemberLockedException e) {
            return new Next.Wait(files.number()); // someone trains the run by itself
        }
        try {
            TrialInfo info = files.info();
            if (job != null) {
                info = info.withJob(job);
                files.write(info);
            }
            if (info.isThere()) {
                lock.close();
                return new Next.Again(); // its process reached the rung just now
            }
            return new Next.Train(files, run, files.readWithoutLock(), spent, lock);
        } catch (RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    private TrainSettings settings(TrialFiles files) {
        return search.info().settings(files.number(), files.info().configuration());
    }

    /** Trains a trial to its rung, unless it fails; returns whether there was enough time. */
    private boolean train(Next.Train job, MemberLock lock) {
        TrialFiles files = job.files();
        TrialInfo info = files.info();
        int epochs = search.info().plan().rungs().epochs().get(info.rung());
        listener.jobStarts(job.before(), epochs, job.spent());
        Trainer.Control limits = untilBudget(job.spent()).withPauseAfterEpoch(epochs);
        try {
            failure(() -> {
                        new Trainer(job.run(), data, device, listener, limits).run(TrialFiles.MEMBER, lock);
                        validate(files, info, job.run());
                    })
                    .ifPresent(why -> fail(files, info, why));
            return true;
        } catch (TrainingStoppedException e) {
            if (control.stop().isRequested()) {
                throw e;
            }
            return false;
        }
    }

    private void validate(TrialFiles files, TrialInfo info, RunFiles run) {
        MemberState state = files.state().orElseThrow();
        Validation validation = Validation.of(run, state, data, device);
        files.writeLogits(validation.logits());
        files.write(info.withResult(validation.result()));
    }

    private void fail(TrialFiles files, TrialInfo info, String why) {
        files.write(info.failed(why));
        if (files.state().map(MemberState::failure).isEmpty()) { // otherwise, the trainer has reported it
            listener.memberFailed(TrialFiles.MEMBER, why);
        }
    }

    /**
     * Does a part of a trial's work; returns why it failed, if that is due to the trial's settings. So is a lack of
     * memory: another process would take the same trial first, and fail in the same way.
     */
    private static Optional<String> failure(Runnable part) {
        try {
            part.run();
            return Optional.empty();
        } catch (TrainingException | DeviceMemoryException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        } catch (OutOfMemoryError e) {
            return Optional.of(HeapLimit.exceeded(e)
                    + ". Search smaller nets and batches, or raise the limit with VOXGRAD_OPTS=-Xmx…g");
        }
    }

    /** Returns a control that also stops when the time of the search is used. */
    private Trainer.Control untilBudget(Spent spent) {
        if (!(search.info().plan().budget() instanceof Budget.Seconds budget)) {
            return control;
        }
        double left = budget.seconds() - spent.seconds();
        long start = System.nanoTime();
        return new Trainer.Control(
                control.checkpointEvery(),
                control.stop().or(() -> (System.nanoTime() - start) / 1e9 >= left),
                List.of(),
                control.workers());
    }
}
