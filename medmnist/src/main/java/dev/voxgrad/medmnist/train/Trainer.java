package dev.voxgrad.medmnist.train;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.metrics.Metrics;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.nets.VolumeNet;
import dev.voxgrad.nn.weights.WeightsFile;

/**
 * Trains the members of a run one after the other, as the study did: AdamW on the cross-entropy, both models kept.
 *
 * <p>A member's seed comes from the run's seed and its index alone, so members do not depend on each other: several
 * processes can each train some. Training goes on from checkpoints where there are any, and ends with the same bytes as
 * if it had never been broken off.
 */
public final class Trainer {
    /** Purpose of the random stream that gives a member its seed; 200 to 299 are this package's. */
    private static final int PURPOSE_MEMBER = 200;

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
     */
    public record Control(Duration checkpointEvery, StopSignal stop) {}

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
     * @throws RuntimeException with a message for the user if they don't
     */
    public static void check(TrainSettings settings, VolumeData data, Device device) {
        Metrics.requireDefined(data, data.val());
        List<NetSpec> nets = settings.nets().subList(0, Math.min(settings.models(), settings.nets().size()));
        for (NetSpec spec : nets) {
            spec.requireFits(Math.min(settings.batchSize(), data.train().size()), data.shape());
            VolumeNet net = spec.build(device, data.shape().channels(), data.shape().edge(), data.classes());
            if (settings.initWeights() != null) {
                WeightsFile.load(net, Path.of(settings.initWeights()));
            }
        }
    }

    /** The seed of a member: it decides its initial weights, data order and augmentation. */
    public static long seedOf(long runSeed, int member) {
        return new RandomStream(runSeed, 0, member, PURPOSE_MEMBER).nextLong();
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
            List<String> failures = new ArrayList<>();
            for (int member : members) {
                MemberState end = new MemberTraining(this, member).train();
                if (end.failure() != null) {
                    failures.add(end.failure());
                }
            }
            if (!failures.isEmpty()) {
                throw new TrainingException(String.join("; ", failures));
            }
        } finally {
            locks.forEach(MemberLock::close);
        }
    }
}
