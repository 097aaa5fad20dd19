package dev.voxgrad.medmnist.cli.command;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.benchmark.BenchmarkFolder;
import dev.voxgrad.medmnist.benchmark.RowEvaluator;
import dev.voxgrad.medmnist.benchmark.RowFiles;
import dev.voxgrad.medmnist.cli.ui.Console;
import dev.voxgrad.medmnist.cli.ui.RunProgress;
import dev.voxgrad.medmnist.cli.ui.SignalStop;
import dev.voxgrad.medmnist.cli.ui.TimeLeft;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.nets.NetSummary;
import dev.voxgrad.medmnist.run.RunInfo;
import dev.voxgrad.medmnist.run.member.MemberLockedException;
import dev.voxgrad.medmnist.run.member.MemberStatus;
import dev.voxgrad.medmnist.train.StopSignal;
import dev.voxgrad.medmnist.train.Trainer;
import dev.voxgrad.medmnist.train.TrainingException;
import dev.voxgrad.medmnist.train.TrainingStoppedException;

/**
 * Trains and evaluates the rows of a benchmark, one after the other. Members that another process trains are left to
 * it. Whatever ends the process, the same command continues, and ends with the same bytes.
 */
final class BenchmarkTraining {
    private final BenchmarkFolder folder;
    private final Device device;
    private final Console console;
    private final Settings settings;
    private final TimeLeft time = new TimeLeft();
    /** The work that is planned for each member until its training starts. */
    private final Map<String, Double> planned = new HashMap<>();

    /**
     * Holds what does not affect the results.
     *
     * @param members the members that this process trains, of every row
     * @param checkpoints the longest time between two checkpoints
     * @param moreDevices additional devices, each of which trains members at the same time
     * @param workers number of threads that prepare the batches of each member in training
     */
    record Settings(List<Integer> members, Duration checkpoints, List<? extends Device> moreDevices, int workers) {}

    /**
     * Represents a row to train.
     *
     * @param data the volumes as its recipe prepares them
     */
    record Row(RowFiles files, VolumeData data) {}

    BenchmarkTraining(BenchmarkFolder folder, Device device, Console console, Settings settings) {
        this.folder = folder;
        this.device = device;
        this.console = console;
        this.settings = settings;
    }

    /**
     * Trains and evaluates all rows, as far as other processes do not.
     *
     * @return why members that were to be trained cannot be trained to the end, one line each
     * @throws TrainingStoppedException if a stop was requested; progress is saved
     */
    List<String> train(List<Row> rows) {
        rows.forEach(this::plan);
        try (SignalStop stop = new SignalStop()) {
            trainUntil(stop.signal(), rows);
        }
        return rows.stream().flatMap(this::failures).toList();
    }

    /** Says how to continue while the signal is still held back: without that, the JVM may end before it. */
    private void trainUntil(StopSignal stop, List<Row> rows) {
        try {
            rows.forEach(row -> train(row, stop));
        } catch (TrainingStoppedException e) {
            console.line(e.getMessage() + "; progress is saved. The same command continues.");
            throw e;
        }
    }

    private Stream<String> failures(Row row) {
        return row.files().run().status().stream()
                .filter(member -> settings.members().contains(member.index()))
                .flatMap(member -> member.failure().stream())
                .map(failure -> row.files().net().name() + ": " + failure);
    }

    private void train(Row row, StopSignal stop) {
        evaluate(row, stop);
        for (List<Integer> next = free(row); !next.isEmpty(); next = free(row)) {
            next.forEach(member -> unplan(row, member)); // the progress of these members plans its own work
            train(row, next, stop);
            evaluate(row, stop);
        }
        for (int member : settings.members()) {
            unplan(row, member); // another process trains it
        }
    }

    private void train(Row row, List<Integer> members, StopSignal stop) {
        RunInfo info = row.files().run().info();
        RunProgress progress = new RunProgress(info, members, row.data(), console, time);
        Trainer.Control control =
                new Trainer.Control(settings.checkpoints(), stop, settings.moreDevices(), settings.workers());
        try {
            new Trainer(row.files().run(), row.data(), device, progress, control).run(members);
        } catch (MemberLockedException e) {
            // Another process was faster.
            time.plan(-members.size() * epochWork(row) * info.settings().epochs());
        } catch (TrainingException e) {
            console.clear(); // the progress has shown why, and the member's state records it
        }
    }

    /** Evaluates what is finished, and writes the tables if there is anything new. */
    private void evaluate(Row row, StopSignal stop) {
        RowEvaluator evaluator = new RowEvaluator(row.files(), row.data(), device, () -> {
            if (stop.isRequested()) {
                throw new TrainingStoppedException(
                        "stopped while " + row.files().net().name() + " was evaluated");
            }
            console.status("evaluating " + row.files().net().name());
        });
        if (evaluator.evaluate()) {
            console.clear();
            BenchmarkOutput.write(folder);
        }
    }

    /** Returns the next members that no process trains: as many as there are devices. */
    private List<Integer> free(Row row) {
        return row.files().run().status().stream()
                .filter(member -> isToTrain(member) && member.holder().isEmpty())
                .map(MemberStatus::index)
                .limit(1L + settings.moreDevices().size())
                .toList();
    }

    private boolean isToTrain(MemberStatus member) {
        return settings.members().contains(member.index())
                && !member.finished()
                && member.failure().isEmpty();
    }

    /** Plans the epochs that are left of a row's members. */
    private void plan(Row row) {
        double ofEpoch = epochWork(row);
        for (MemberStatus member : row.files().run().status()) {
            if (isToTrain(member)) {
                int epochs = row.files().run().info().settings().epochs() - member.epochs();
                planned.put(key(row, member.index()), epochs * ofEpoch);
                time.plan(epochs * ofEpoch);
            }
        }
    }

    private void unplan(Row row, int member) {
        Double work = planned.remove(key(row, member));
        if (work != null) {
            time.plan(-work);
        }
    }

    private static String key(Row row, int member) {
        return row.files().net().name() + " " + member;
    }

    /** Returns the FLOPs of an epoch, in the unit of {@link RunProgress}. */
    private static double epochWork(Row row) {
        return NetSummary.of(row.files().net(), row.data().shape(), row.data().classes())
                .flop();
    }
}
