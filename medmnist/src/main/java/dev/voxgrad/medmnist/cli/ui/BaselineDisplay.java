package dev.voxgrad.medmnist.cli.ui;

import dev.voxgrad.medmnist.baseline.BaselineProgress;
import dev.voxgrad.medmnist.baseline.selection.Candidate;

/**
 * Shows how far a baseline is: on a terminal, a status line with the time left; elsewhere, a line for each stage, and
 * one every 30 seconds.
 */
public final class BaselineDisplay implements BaselineProgress {
    private static final long NANOS_BETWEEN_LINES = 30_000_000_000L;

    private final Console console;
    private TimeLeft time = new TimeLeft();
    private TimeLeft stage = new TimeLeft();
    private String stageName = "";
    private int planned;
    private int finished;
    private long lastLine = System.nanoTime();

    public BaselineDisplay(Console console) {
        this.console = console;
    }

    @Override
    public synchronized void features(String set, String split, int done, int all) {
        String name = "features " + set + " of " + split + ": ";
        if (!name.equals(stageName)) {
            stageName = name;
            stage = new TimeLeft();
            stage.plan(all);
        }
        stage.done(1);
        if (stage.isOver()) {
            line(name + all + " volumes in " + Console.duration(stage.seconds()));
        } else {
            show(name + "volume " + Math.round(stage.done()) + "/" + all, stage);
        }
    }

    @Override
    public synchronized void plan(int fits) {
        planned = fits;
        time = new TimeLeft();
        time.plan(fits);
    }

    @Override
    public synchronized void done(Candidate candidate) {
        finished++;
        time.done(1);
        if (finished == planned) {
            line(planned + " fits to parts of train in " + Console.duration(time.seconds()));
        } else {
            show("fit " + finished + "/" + planned + ", " + candidate.name(), time);
        }
    }

    @Override
    public synchronized void refit(String model) {
        console.status("final fit of " + model);
    }

    private void show(String what, TimeLeft of) {
        String left = Console.duration(of.secondsLeft(0)) + " left";
        console.status(what, left);
        if (System.nanoTime() - lastLine > NANOS_BETWEEN_LINES) {
            line(what + "  " + left);
        }
    }

    private void line(String text) {
        lastLine = System.nanoTime();
        console.progress(text);
    }
}
