package dev.voxgrad.medmnist.train;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import dev.voxgrad.engine.Gradients;
import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.medmnist.data.Batch;
import dev.voxgrad.medmnist.data.BatchLoader;
import dev.voxgrad.medmnist.data.Task;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.metrics.Metrics;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.nets.VolumeNet;
import dev.voxgrad.nn.Initialization;
import dev.voxgrad.nn.optim.AdamW;
import dev.voxgrad.nn.optim.Optimizer;
import dev.voxgrad.nn.weights.WeightsFile;

/**
 * Trains the members of a run one after the other, as the study did: AdamW on the cross-entropy, both models kept.
 *
 * <p>A member's seed comes from the run's seed and its index alone, so members do not depend on each other.
 */
public final class Trainer {
    /** Purpose of the random stream that gives a member its seed; 200 to 299 are this package's. */
    private static final int PURPOSE_MEMBER = 200;

    private final RunFiles run;
    private final TrainSettings settings;
    private final VolumeData data;
    private final Device device;
    private final TrainListener listener;

    public Trainer(RunFiles run, VolumeData data, Device device, TrainListener listener) {
        this.run = run;
        this.settings = run.info().settings();
        this.data = data;
        this.device = device;
        this.listener = listener;
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

    /** Trains all members; their weights and rows are in the run's folder as soon as each is done. */
    public List<MemberResult> run() {
        List<MemberResult> results = new ArrayList<>();
        for (int member = 0; member < settings.models(); member++) {
            listener.memberStarts(member, settings.netOf(member));
            MemberResult result = new Member(member).train();
            run.appendMember(result);
            listener.memberDone(result);
            results.add(result);
        }
        return results;
    }

    /** One member in training. */
    private final class Member {
        private final int index;
        private final NetSpec spec;
        private final VolumeNet net;
        private final Optimizer optimizer;
        private final long seed;
        private EpochResult best;

        Member(int index) {
            this.index = index;
            this.spec = settings.netOf(index);
            this.seed = seedOf(settings.seed(), index);
            this.net = spec.build(device, data.shape().channels(), data.shape().edge(), data.classes());
            if (settings.initWeights() == null) {
                Initialization.apply(net, seed);
            } else {
                WeightsFile.load(net, Path.of(settings.initWeights()));
            }
            AdamW rule = new AdamW(settings.learningRate(), settings.weightDecay());
            this.optimizer = new Optimizer(rule, net.parameters());
        }

        MemberResult train() {
            BatchLoader.Settings batches = BatchLoader.Settings.training(data, settings.batchSize(), seed)
                    .withShuffle(settings.shuffle()).withTransform(settings.recipe().keyed(seed));
            EpochResult last = null;
            double seconds = 0;
            try (BatchLoader loader = new BatchLoader(data.train(), batches);
                    Predictor validation = new Predictor(data, data.val(), device, settings.batchSize())) {
                for (int epoch = 1; epoch <= settings.epochs(); epoch++) {
                    last = epoch(epoch, loader, validation);
                    seconds += last.seconds();
                    boolean isBest = best == null || last.validation().auc() >= best.validation().auc();
                    if (isBest) {
                        best = last;
                        save(ModelKind.BEST);
                    }
                    run.appendHistory(last);
                    listener.epochDone(last, isBest);
                }
            }
            save(ModelKind.LAST);
            return new MemberResult(index, spec, best.epoch(), best.validation(), last.validation(), seconds);
        }

        private EpochResult epoch(int epoch, BatchLoader loader, Predictor validation) {
            long start = System.nanoTime();
            net.train();
            double lossSum = 0;
            int step = 0;
            for (Batch batch : loader.epoch(epoch - 1)) {
                step++;
                double loss = step(batch);
                if (!Double.isFinite(loss)) {
                    throw new TrainingException("member " + index + " (" + spec.flag() + "): the loss is " + loss
                            + " in epoch " + epoch + ", step " + step + "; try a smaller --lr");
                }
                lossSum += loss * batch.size();
                listener.stepDone(index, epoch, step, loader.batchesPerEpoch(), loss);
            }
            double[][] scores = Predictor.probabilities(data.task(), validation.logits(net));
            requireFinite(scores, epoch);
            Metrics metrics = Metrics.of(data, data.val(), scores);
            double seconds = (System.nanoTime() - start) / 1e9;
            return new EpochResult(index, spec, epoch, lossSum / data.train().size(), metrics, seconds);
        }

        private void requireFinite(double[][] scores, int epoch) {
            for (double[] row : scores) {
                for (double score : row) {
                    if (!Double.isFinite(score)) {
                        throw new TrainingException("member " + index + " (" + spec.flag()
                                + "): a validation score is " + score + " after epoch " + epoch
                                + "; try a smaller --lr");
                    }
                }
            }
        }

        private double step(Batch batch) {
            try (var _ = Scope.open()) {
                Tensor logits = net.forward(Predictor.input(device, batch));
                Tensor loss = data.task() == Task.MULTI_LABEL
                        ? logits.bceWithLogits(Arrays.copyOf(batch.targets(), batch.size() * data.classes()))
                        : logits.crossEntropy(Arrays.copyOf(batch.labels(), batch.size()));
                Gradients gradients = loss.backward();
                optimizer.step(gradients);
                return loss.item();
            }
        }

        private void save(ModelKind kind) {
            WeightsFile.save(net, run.weights(index, spec.flag(), kind));
        }
    }
}
