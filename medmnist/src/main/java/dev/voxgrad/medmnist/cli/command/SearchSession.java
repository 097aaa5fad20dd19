package dev.voxgrad.medmnist.cli.command;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.cli.ui.Console;
import dev.voxgrad.medmnist.cli.ui.SearchProgress;
import dev.voxgrad.medmnist.cli.ui.SignalStop;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.source.DataSource;
import dev.voxgrad.medmnist.run.RunFiles;
import dev.voxgrad.medmnist.search.Leaderboard;
import dev.voxgrad.medmnist.search.SearchFiles;
import dev.voxgrad.medmnist.search.SearchListener;
import dev.voxgrad.medmnist.search.Spent;
import dev.voxgrad.medmnist.search.Worker;
import dev.voxgrad.medmnist.text.ShellWords;
import dev.voxgrad.medmnist.train.StopSignal;
import dev.voxgrad.medmnist.train.Trainer;
import dev.voxgrad.medmnist.train.TrainingStoppedException;
import dev.voxgrad.medmnist.train.settings.TrainSettings;

/**
 * Works on a search and shows the progress on the console. Ctrl-C and SIGTERM end it after the current step, once the
 * checkpoint is written.
 */
final class SearchSession {
    /** How many trials the hint at the end combines. */
    private static final int TOP = 5;

    private final SearchFiles search;
    private final DataSource source;
    private final VolumeData data;
    private final Device device;
    private final Console console;

    SearchSession(SearchFiles search, DataSource source, VolumeData data, Device device, Console console) {
        this.search = search;
        this.source = source;
        this.data = data;
        this.device = device;
        this.console = console;
    }

    /**
     * Works until the budget is used or nothing is left to do. If it is interrupted, the console shows how to resume.
     *
     * @param jobs the most that this process does
     */
    void work(Duration checkpointEvery, int workers, int jobs) {
        console.progress(data.name() + ": " + data.counts() + " volumes of " + data.shape()
                + (data.synthetic() ? " (SYNTHETIC: made by code, not medical)" : "") + "; "
                + search.space().dimensions().size() + " settings to choose");
        console.progress(search.info().plan().words());
        try (SignalStop stop = new SignalStop()) {
            workUntil(stop.signal(), checkpointEvery, workers, jobs);
        }
        String folder = ShellWords.quote(search.folder());
        Leaderboard leaderboard = search.leaderboard();
        console.line(leaderboard.toText().stripTrailing());
        if (leaderboard.trials().stream().anyMatch(trial -> trial.result().isPresent())) {
            console.line("Combine the best trials with: medmnist ensemble " + folder + " --top " + TOP + " --out DIR");
        }
        if (search.info().plan().budget() != null) {
            console.line("Continue with a larger budget: medmnist search --resume " + folder + " --budget B");
        }
    }

    /** Says how the search ended while the signal is still held back: without that, the JVM may end before it. */
    private void workUntil(StopSignal stop, Duration checkpointEvery, int workers, int jobs) {
        SearchListener progress =
                new SearchProgress(search.info().plan(), data.train().size(), console);
        Trainer.Control control = new Trainer.Control(checkpointEvery, stop, List.of(), workers);
        boolean interrupted = true;
        try {
            Optional<String> end = new Worker(search, data, device, progress, control, this::create).work(jobs);
            interrupted = false;
            Spent spent = Spent.of(search.trials());
            console.line(end.map(reason -> "The search has ended: " + reason)
                            .orElse("This process has done its " + jobs + (jobs == 1 ? " job" : " jobs"))
                    + ". " + spent.words() + ".");
        } catch (TrainingStoppedException e) {
            console.line(String.valueOf(e.getMessage()));
            throw e;
        } finally {
            if (interrupted) {
                console.line("The search was interrupted; progress is saved. Resume with: medmnist search --resume "
                        + ShellWords.quote(search.folder()));
            }
        }
    }

    private RunFiles create(TrainSettings settings, Path folder) {
        return NewRun.create(source, data, null, settings, device, folder);
    }
}
