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
 * Trains the members of a run, one after the other or some at once, as the study did: AdamW on the cross-entropy, both
 * models kept.
 *
 * <p>A member's seed comes from the run's seed and its index alone, so members do not depend on each other: several
 * processes can each train some. Training goes on from checkpoints where there are any, and ends with the same bytes as
 * if it had never been broken off.
 */
public final class Trainer {
    final RunFiles run;
    final TrainSettings settings;
    final VolumeData data;
    final Device device;
    final TrainListener listener;
    final Control control;

    /**
     * What has no influence on the outcome.
     *
     * @param checkpointEvery the longest time between two checkpoints; there is one after every epoch in any case
     * @param stop asks for an end
     * @param devices on which members are trained at the same time as on the trainer's own
     * @param workers threads that prepare the batches of each member under way
     */
    public record Control(Duration checkpointEvery, StopSignal stop, List<? extends Device> devices, int workers) {
        /** Members are trained one after the other, with batches prepared by one thread. */
        public Control(Duration checkpointEvery, StopSignal stop) {
            this(checkpointEvery, stop, List.of(), 1);
        }
    }

    public Trainer(RunFiles run, VolumeData data, Device device, TrainListener listener, Control control) {
        this.run = run;
        this.settings = run.info().settings();
        this.data = data;
        this.device = device;
        this.listener = listener;
        this.control = control;
    }

    /**
     * Finds out before a run is begun whether data, nets and initial weights fit together.
     *
     * @param crossValidation null for the split as it is
     * @throws RuntimeException with a message for the user if they don't
     */
    public static void check(TrainSettings settings, CrossValidation crossValidation, VolumeData data, Device device) {
        int volumes = data.train().size();
        if (crossValidation == null) {
            ClassCoverage.requireForChoice(data, data.val());
        } else {
            crossValidation.cut(data, settings.seed()); // every fold has a volume of each class, or this throws
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

    /** The seed of a member: it decides its initial weights, data order and augmentation. */
    public static long seedOf(long runSeed, int member) {
        return new RandomStream(runSeed, 0, member, RandomPurpose.MEMBER_SEED).nextLong();
    }

    /** In cross-validation, a member has a split of its own. */
    private Trainer forMember(int member) {
        CrossValidation folds = run.info().crossValidation();
        return folds == null
                ? this
                : new Trainer(run, folds.around(member, data, settings.seed()), device, listener, control);
    }

    /**
     * Trains these members to the end, or as far as they come; their weights and rows are in the run's folder as soon
     * as each is done.
     *
     * @throws MemberLockedException if another process trains one of them; nothing is done then
     * @throws TrainingStoppedException if the stop signal asked for it; what was learned is kept
     * @throws TrainingException at the end, if members could not go on: it names them
     */
    public void run(List<Integer> members) {
        List<MemberLock> locks = new ArrayList<>();
        try {
            members.forEach(member -> locks.add(run.member(member).takeLock()));
            List<MemberState> ends = control.devices.isEmpty() ? trainInTurn(members) : trainAtOnce(members);
            List<String> failures = ends.stream()
                    .map(MemberState::failure)
                    .filter(Objects::nonNull)
                    .toList();
            if (!failures.isEmpty()) {
                throw new TrainingException(String.join("; ", failures));
            }
        } finally {
            locks.forEach(MemberLock::close);
        }
    }

    private List<MemberState> trainInTurn(List<Integer> members) {
        return members.stream()
                .map(member -> new MemberTraining(forMember(member), member, device).train())
                .toList();
    }

    /** A thread for each device; each trains the next member that nobody has begun. */
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
                    control.stop.request(); // the others end after their step, and keep what they have
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
