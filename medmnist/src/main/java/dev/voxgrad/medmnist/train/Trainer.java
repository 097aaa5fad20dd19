package dev.voxgrad.medmnist.train;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.random.RandomPurpose;
import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.metrics.ClassCoverage;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.run.RunFiles;
import dev.voxgrad.medmnist.run.member.MemberLock;
import dev.voxgrad.medmnist.run.member.MemberLockedException;
import dev.voxgrad.medmnist.run.member.MemberState;
import dev.voxgrad.medmnist.train.settings.CrossValidation;
import dev.voxgrad.medmnist.train.settings.TrainSettings;
import dev.voxgrad.nn.Layer;
import dev.voxgrad.nn.weights.WeightsFile;

/**
 * Trains the members of a run, in sequence or several at a time, as the study did, and keeps each member's best and
 * last model. In pseudo-code, with the class that contains each loop:
 *
 * <pre>
 * for each member of the run:                          // Trainer: one thread per device
 *     lock the member; load its newest checkpoint, or initialise its net
 *     while the member is not finished:                // MemberTraining: epochs, patience
 *         for each batch, in the epoch's order:        // MemberSteps: up to two steps in flight on a GPU
 *             logits = net(batch)                      // TrainingStep: one step
 *             loss = cross-entropy(logits, labels)
 *             gradients = backward(loss); check and clip them
 *             optimiser updates the weights; their average follows
 *             if it is time: save a checkpoint
 *         score the validation split                   // Predictor
 *         if the AUC is the best so far: save the best model
 *         if this was the last epoch: save the last model
 *         save a checkpoint; write the tables
 *         if this is the epoch to pause after: leave the member until it is resumed
 * </pre>
 *
 * <p>A member's seed depends only on the run's seed and the member's index, so members are independent: several
 * processes can each train some of them. Training resumes from checkpoints, and ends with the same bytes as if it had
 * never been interrupted.
 */
public final class Trainer {
    final RunFiles run;
    final TrainSettings settings;
    final VolumeData data;
    final Device device;
    final TrainListener listener;
    final Control control;

    /**
     * Holds what does not affect the outcome.
     *
     * @param checkpointEvery the longest time between two checkpoints; there is also one after every epoch
     * @param stop requests an early end
     * @param devices additional devices, each of which trains members at the same time as the trainer's own
     * @param workers number of threads that prepare the batches of each member in training
     * @param pauseAfterEpoch the epoch after which a member's training pauses, with everything saved; it can be resumed
     *     as if it had been interrupted there
     */
    public record Control(
            Duration checkpointEvery,
            StopSignal stop,
            List<? extends Device> devices,
            int workers,
            int pauseAfterEpoch) {
        /** Trains every member to its end. */
        public Control(Duration checkpointEvery, StopSignal stop, List<? extends Device> devices, int workers) {
            this(checkpointEvery, stop, devices, workers, TrainSettings.MOST_EPOCHS);
        }

        /** Trains members one after the other, with batches prepared by one thread. */
        public Control(Duration checkpointEvery, StopSignal stop) {
            this(checkpointEvery, stop, List.of(), 1);
        }

        /** Returns the same control with a pause after an epoch, counted from 1. */
        public Control withPauseAfterEpoch(int epoch) {
            return new Control(checkpointEvery, stop, devices, workers, epoch);
        }
    }

    /** Prepares to train members of a run on a device. */
    public Trainer(RunFiles run, VolumeData data, Device device, TrainListener listener, Control control) {
        this.run = run;
        this.settings = run.info().settings();
        this.data = data;
        this.device = device;
        this.listener = listener;
        this.control = control;
    }

    /**
     * Checks, before a run starts, that data, nets and initial weights fit together.
     *
     * @param crossValidation null for the split as it is
     * @throws RuntimeException with a message for the user if they do not
     */
    public static void check(
            TrainSettings settings, @Nullable CrossValidation crossValidation, VolumeData data, Device device) {
        int volumes = data.train().size();
        if (crossValidation == null) {
            ClassCoverage.requireForChoice(data, data.val());
        } else {
            crossValidation.cut(data, settings.seed()); // throws unless every fold has a volume of each class
            volumes = crossValidation.trainingSize(data);
        }
        List<NetSpec> nets = settings.nets()
                .subList(0, Math.min(settings.models(), settings.nets().size()));
        for (NetSpec spec : nets) {
            spec.requireFits(Math.min(settings.batchSize(), volumes), data.shape());
            Layer net = spec.build(device, data.shape(), data.classes());
            if (settings.initWeights() != null) {
                WeightsFile.load(net, Path.of(settings.initWeights()));
            }
        }
    }

    /** Returns the seed of a member, which determines its initial weights, data order and augmentation. */
    public static long seedOf(long runSeed, int member) {
        return new RandomStream(runSeed, 0, member, RandomPurpose.MEMBER_SEED).nextLong();
    }

    /** Returns the trainer for a member; in cross-validation, each has its own split. */
    private Trainer forMember(int member) {
        CrossValidation folds = run.info().crossValidation();
        return folds == null
                ? this
                : new Trainer(run, folds.around(member, data, settings.seed()), device, listener, control);
    }

    /**
     * Trains these members to the end, to the epoch after which they pause, or as far as possible. The weights and table
     * rows of each are in the run's folder as soon as it is finished.
     *
     * @throws MemberLockedException if another process trains one of them; nothing is done then
     * @throws TrainingStoppedException if a stop was requested; progress is saved
     * @throws TrainingException at the end, if the training of members failed; names them
     */
    public void run(List<Integer> members) {
        List<MemberLock> locks = new ArrayList<>();
        try {
            members.forEach(member -> locks.add(run.member(member).takeLock()));
            trainLocked(members);
        } finally {
            locks.forEach(MemberLock::close);
        }
    }

    /**
     * Trains one member as {@link #run(List)} does, with a lock that the caller has taken and keeps.
     *
     * @throws IllegalStateException if the lock was released before
     */
    public void run(int member, MemberLock lock) {
        lock.requireHeld();
        trainLocked(List.of(member));
    }

    private void trainLocked(List<Integer> members) {
        List<MemberState> ends = control.devices.isEmpty() ? trainInTurn(members) : trainAtOnce(members);
        List<String> failures =
                ends.stream().map(MemberState::failure).filter(Objects::nonNull).toList();
        if (!failures.isEmpty()) {
            throw new TrainingException(String.join("; ", failures));
        }
    }

    private List<MemberState> trainInTurn(List<Integer> members) {
        return members.stream()
                .map(member -> new MemberTraining(forMember(member), member, device).train())
                .toList();
    }

    /** Starts a thread for each device; each thread trains the next member that no other thread has started. */
    private List<MemberState> trainAtOnce(List<Integer> members) {
        Queue<Integer> waiting = new ConcurrentLinkedQueue<>(members);
        List<MemberState> ends = Collections.synchronizedList(new ArrayList<>());
        List<Device> devices = new ArrayList<>(control.devices);
        devices.add(device);
        RuntimeException first = null;
        try (ExecutorService threads = Executors.newFixedThreadPool(devices.size())) {
            List<Future<?>> running = new ArrayList<>();
            for (Device own : devices) {
                running.add(threads.submit(() -> {
                    for (Integer member = waiting.poll(); member != null; member = waiting.poll()) {
                        ends.add(new MemberTraining(forMember(member), member, own).train());
                    }
                }));
            }
            for (Future<?> thread : running) {
                try {
                    thread.get();
                } catch (ExecutionException | InterruptedException e) {
                    control.stop.request(); // the others stop after their step, and save their progress
                    waiting.clear();
                    first = first != null ? first : asRuntime(e);
                }
            }
        }
        if (first != null) {
            throw first;
        }
        return ends;
    }

    private static RuntimeException asRuntime(Exception e) {
        return switch (e.getCause()) {
            case RuntimeException cause -> cause;
            case Error cause -> throw cause;
            case null, default -> {
                Thread.currentThread().interrupt();
                yield new IllegalStateException("interrupted while members were trained", e);
            }
        };
    }
}
