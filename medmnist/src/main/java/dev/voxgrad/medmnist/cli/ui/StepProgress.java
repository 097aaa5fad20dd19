package dev.voxgrad.medmnist.cli.ui;

/** Shows how many steps of equal length are done, and the time left. */
public final class StepProgress {
    private final Console console;
    private final String name;
    private final int steps;
    private final TimeLeft time = new TimeLeft();

    /**
     * Plans the steps.
     *
     * @param name of what is done, for the status line
     */
    public StepProgress(Console console, String name, int steps) {
        this.console = console;
        this.name = name;
        this.steps = steps;
        time.plan(steps);
    }

    /** Records that many more steps. */
    public void done(int count) {
        time.done(count);
        console.status(
                name + " step " + Math.round(time.done()) + "/" + steps,
                Console.duration(time.secondsLeft(0)) + " left");
    }
}
