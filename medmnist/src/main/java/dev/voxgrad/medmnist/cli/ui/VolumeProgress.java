package dev.voxgrad.medmnist.cli.ui;

/**
 * Shows how many volumes are finished: on a terminal, a status line with the time left; elsewhere, a line every 30
 * seconds. Several threads may report volumes.
 */
public final class VolumeProgress {
    private static final long NANOS_BETWEEN_LINES = 30_000_000_000L;

    private final Console console;
    private final TimeLeft time = new TimeLeft();
    private final int all;
    private int finished;
    private long lastLine = System.nanoTime();

    /**
     * Starts to show progress.
     *
     * @param finished volumes that are finished already
     * @param work of the other volumes, in any unit; their time is assumed to be proportional to it
     */
    public VolumeProgress(Console console, int finished, int all, double work) {
        this.console = console;
        this.finished = finished;
        this.all = all;
        time.plan(work);
    }

    /** Reports a finished volume of that much work. */
    public synchronized void done(double work) {
        time.done(work);
        finished++;
        if (finished == all) {
            console.progress(all + " volumes in " + Console.duration(time.seconds()));
            return;
        }
        String left = Console.duration(time.secondsLeft(0)) + " left";
        console.status("volume " + finished + "/" + all, left);
        if (System.nanoTime() - lastLine > NANOS_BETWEEN_LINES) {
            lastLine = System.nanoTime();
            console.progress("volume " + finished + "/" + all + "  " + left);
        }
    }
}
