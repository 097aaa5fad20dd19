package dev.voxgrad.medmnist.cli.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.cli.ui.Console;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.train.TrainingException;
import dev.voxgrad.medmnist.train.settings.TrainSettings;
import dev.voxgrad.medmnist.trial.OverfitCheck;

/** Runs {@code train --overfit-one-batch}: prints the result of {@link OverfitCheck} for each net. Writes no files. */
final class OverfitTrial {
    private static final String STEPS_TEXT = "%s  step %d/%d  loss %.4f";

    private final OverfitCheck check;
    private final int mostSteps;
    private final Console console;

    OverfitTrial(TrainSettings settings, VolumeData data, Device device, int mostSteps, Console console) {
        this.check = new OverfitCheck(settings, data, device);
        this.mostSteps = mostSteps;
        this.console = console;
    }

    /**
     * Trains each of these nets on one batch, one after the other.
     *
     * @throws TrainingException at the end, if the loss of any of them did not go near zero
     */
    void run(List<NetSpec> nets) {
        List<OverfitCheck.Outcome> failed = new ArrayList<>();
        for (NetSpec net : nets) {
            OverfitCheck.Outcome outcome = check.run(net, mostSteps, (step, loss) -> report(net, step, loss));
            console.line(describe(outcome));
            if (!outcome.nearZero()) {
                failed.add(outcome);
            }
        }
        if (!failed.isEmpty()) {
            throw new TrainingException(
                    failed.stream().map(outcome -> outcome.net().name()).collect(Collectors.joining(", "))
                            + ": cannot memorise one batch within " + mostSteps
                            + " steps. Try more steps (--overfit-one-batch " + mostSteps * 5L
                            + ") and another --lr. If that does not help, look for equal volumes with different "
                            + "labels, for volumes that are empty after normalisation ('medmnist show'), and for a "
                            + "wrong loss or gradient");
        }
        console.line("Volumes, labels, loss, gradients and optimiser work together. This does not show how well "
                + "the nets do on other volumes. No files were kept.");
    }

    /**
     * Prints permanent lines for steps 1, 2, 5, 10, 20, 50, …; the others are shown in a terminal's status line only.
     */
    private void report(NetSpec net, int step, double loss) {
        String text = String.format(Locale.ROOT, STEPS_TEXT, net.name(), step, mostSteps, loss);
        int leading = step;
        while (leading % 10 == 0) {
            leading /= 10;
        }
        if (leading == 1 || leading == 2 || leading == 5) {
            console.progress(text);
        } else {
            console.status(text.split("  "));
        }
    }

    private static String describe(OverfitCheck.Outcome outcome) {
        return String.format(
                Locale.ROOT,
                "%s: the loss of one batch of %d volumes went from %.4f to %.4f in %d steps, %s (below %s)%s",
                outcome.net().name(),
                outcome.volumes(),
                outcome.first(),
                outcome.last(),
                outcome.steps(),
                outcome.nearZero() ? "near zero" : "not near zero",
                OverfitCheck.NEAR_ZERO,
                outcome.oneClass() ? "; all of them have the same label, so a constant output would be enough" : "");
    }
}
