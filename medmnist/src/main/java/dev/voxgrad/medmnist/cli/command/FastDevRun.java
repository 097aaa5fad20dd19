package dev.voxgrad.medmnist.cli.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.cli.options.CheckpointOption;
import dev.voxgrad.medmnist.cli.options.MemberList;
import dev.voxgrad.medmnist.cli.ui.Console;
import dev.voxgrad.medmnist.cli.ui.SignalStop;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.source.DataSource;
import dev.voxgrad.medmnist.io.AtomicFile;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.metrics.Metrics;
import dev.voxgrad.medmnist.metrics.UndefinedMetricException;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.run.RunFiles;
import dev.voxgrad.medmnist.run.member.EpochResult;
import dev.voxgrad.medmnist.run.member.MemberResult;
import dev.voxgrad.medmnist.text.VisibleText;
import dev.voxgrad.medmnist.train.TrainListener;
import dev.voxgrad.medmnist.train.Trainer;
import dev.voxgrad.medmnist.train.settings.TrainSettings;

/**
 * Runs {@code train --fast-dev-run}: one epoch of a few steps for each net, in a temporary folder that is removed. It
 * does everything that a real run does, checkpoints and tables included, but prints no figures that could be mistaken
 * for results.
 */
final class FastDevRun {
    private final DataSource source;
    private final TrainSettings settings;
    private final VolumeData data;
    private final Device device;
    private final Console console;

    /** Creates a trial of a run with these settings, resolved for all its volumes. */
    FastDevRun(DataSource source, TrainSettings settings, VolumeData data, Device device, Console console) {
        this.source = source;
        this.settings = settings;
        this.data = data;
        this.device = device;
        this.console = console;
    }

    /**
     * Trains these nets, one after the other.
     *
     * @param batches number of batches to train on, and to validate on
     */
    void run(List<NetSpec> nets, int batches) {
        VolumeData few = few(batches);
        try (SignalStop stop = new SignalStop()) {
            Path folder = folder();
            try {
                RunFiles run = NewRun.create(source, few, null, settings.tryingOut(nets), device, folder);
                Trainer.Control control = new Trainer.Control(CheckpointOption.DEFAULT, stop.signal());
                new Trainer(run, few, device, new Listener(few), control).run(MemberList.all(nets.size()));
            } finally {
                RunFiles.remove(folder);
            }
        }
        console.line(nets.stream().map(NetSpec::name).collect(Collectors.joining(", ")) + ": training, validation, "
                + "and writing checkpoints, weights and tables all work. The temporary folder was removed.");
    }

    /** Returns the first volumes of train and val; more of val, if necessary, until its AUC is defined. */
    private VolumeData few(int batches) {
        int wanted = Math.clamp((long) batches * settings.batchSize(), 1, Integer.MAX_VALUE);
        VolumeData few = data.withTrainAndVal(
                data.train().first(Math.min(wanted, data.train().size())), data.val());
        int validated = Math.min(wanted, data.val().size());
        while (validated < data.val().size()
                && !isDefined(few.withTrainAndVal(few.train(), data.val().first(validated)))) {
            validated = Math.min(validated + settings.batchSize(), data.val().size());
        }
        return few.withTrainAndVal(few.train(), data.val().first(validated));
    }

    private static boolean isDefined(VolumeData some) {
        try {
            Metrics.requireDefined(some, some.val());
            return true;
        } catch (UndefinedMetricException e) {
            return false;
        }
    }

    /** Creates a folder with this process's id in its name, which shows whether it is still in use. */
    private static Path folder() {
        try {
            return Files.createTempDirectory(
                    "voxgrad-fast-dev-run-" + ProcessHandle.current().pid() + "-");
        } catch (IOException e) {
            throw new DataFileException(
                    System.getProperty("java.io.tmpdir"),
                    "cannot create a temporary folder here: " + AtomicFile.describe(e)
                            + "; set TMPDIR to another folder",
                    e);
        }
    }

    /** Shows the progress, but no validation figures. */
    private final class Listener implements TrainListener {
        private final VolumeData few;
        private String net = "";
        private int steps;
        private double lastLoss;

        Listener(VolumeData few) {
            this.few = few;
        }

        @Override
        public void memberStarts(int member, NetSpec memberNet, int epochs, double bestAuc) {
            net = memberNet.name();
        }

        @Override
        public void stepDone(int member, int epoch, int step, int stepsOfEpoch, double loss) {
            steps = step;
            lastLoss = loss;
            console.status(net, "step " + step + "/" + stepsOfEpoch, String.format(Locale.ROOT, "loss %.4f", loss));
        }

        @Override
        public void epochDone(EpochResult epoch, boolean best) {
            console.progress(String.format(
                    Locale.ROOT,
                    "%s  %d step%s of up to %d volumes, the loss of the last %.4f; %d volumes validated  %.1f s",
                    net,
                    steps,
                    steps == 1 ? "" : "s",
                    Math.min(settings.batchSize(), few.train().size()),
                    lastLoss,
                    few.val().size(),
                    epoch.seconds()));
        }

        @Override
        public void memberDone(MemberResult member) {
            console.clear();
        }

        @Override
        public void memberFailed(int member, String why) {
            console.line("cannot continue: " + VisibleText.line(why, Console.LONGEST_MESSAGE));
        }

        @Override
        public void warning(String message) {
            console.warning(message);
        }
    }
}
