package dev.voxgrad.medmnist.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import dev.voxgrad.engine.random.RandomPurpose;
import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.medmnist.baseline.Baseline;
import dev.voxgrad.medmnist.baseline.BaselineFiles;
import dev.voxgrad.medmnist.baseline.feature.FeatureSets;
import dev.voxgrad.medmnist.baseline.feature.FeatureTable;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.io.Tasks;

/**
 * Measures which features a baseline depends on, by permutation (Breiman, Random Forests, Machine Learning 45, 2001,
 * section 10): the importance of a feature is the increase of the log-loss on validation, whose volumes no model was
 * fitted to, when its values are exchanged between the volumes at random.
 *
 * <p>Of features that say nearly the same, each can look unimportant, since the others stay.
 *
 * @param features the most important one first
 * @param obstacle why nothing was measured; empty if it was
 */
public record FeatureImportance(List<Feature> features, String obstacle) {
    /** More features than this would take too long. */
    private static final int MOST_FEATURES = 1000;
    /** The number of random exchanges over which an increase is averaged. */
    static final int EXCHANGES = 3;

    private static final int PURPOSE = RandomPurpose.named("feature exchange", 0);
    /** The least probability whose logarithm is taken. */
    private static final double LEAST = 1e-9;

    /**
     * Holds one feature.
     *
     * @param set flag of its feature set
     * @param name of the feature
     * @param increase of the log-loss, in nats
     */
    public record Feature(String set, String name, double increase) {}

    public FeatureImportance {
        features = List.copyOf(features);
    }

    /** Receives the number of features that are done, and of how many; one call at a time. */
    @FunctionalInterface
    public interface Progress {
        public void done(int done, int all);
    }

    /** Measures all features of the chosen models. */
    public static FeatureImportance of(BaselineFiles files, VolumeData data, Progress progress) {
        if (files.val().isEmpty()) {
            return new FeatureImportance(
                    List.of(), "there are no validation volumes that the models were not fitted to");
        }
        Split split = data.withoutSkippedBlanks().val();
        Baseline baseline = Baseline.of(files);
        List<Measurement> measurements = baseline.members().stream()
                .map(Baseline.Member::features)
                .distinct()
                .map(set -> Measurement.of(set, baseline, split))
                .toList();
        int all = measurements.stream()
                .mapToInt(each -> each.table().names().size())
                .sum();
        if (all > MOST_FEATURES) {
            return new FeatureImportance(List.of(), "the models take " + all + " features, too many to try each");
        }
        AtomicInteger done = new AtomicInteger();
        List<Feature> features = new ArrayList<>();
        for (Measurement measurement : measurements) {
            features.addAll(measurement.measure(files.info().settings().seed(), () -> {
                synchronized (done) {
                    progress.done(done.incrementAndGet(), all);
                }
            }));
        }
        features.sort(Comparator.comparingDouble(Feature::increase).reversed());
        return new FeatureImportance(features, "");
    }

    /**
     * Measures the features of one set.
     *
     * @param members the models that take this set
     * @param others weighted sum of the probabilities of all other models, (N, K)
     */
    private record Measurement(
            String set, List<Baseline.Member> members, FeatureTable table, double[][] others, Split split) {
        static Measurement of(String set, Baseline baseline, Split split) {
            double[][] others = new double[split.size()]
                    [baseline.members().getFirst().model().classes()];
            for (Baseline.Member member : baseline.members()) {
                if (!member.features().equals(set)) {
                    add(
                            others,
                            member,
                            table(member.features(), baseline, split).rows());
                }
            }
            return new Measurement(
                    set,
                    baseline.members().stream()
                            .filter(member -> member.features().equals(set))
                            .toList(),
                    table(set, baseline, split),
                    others,
                    split);
        }

        private static FeatureTable table(String set, Baseline baseline, Split split) {
            return FeatureTable.of(FeatureSets.of(set, baseline.kind()), split, done -> {});
        }

        private static void add(double[][] sum, Baseline.Member member, double[][] rows) {
            double[][] own = member.model().probabilities(rows);
            for (int i = 0; i < sum.length; i++) {
                for (int c = 0; c < sum[i].length; c++) {
                    sum[i][c] += member.weight() * own[i][c];
                }
            }
        }

        List<Feature> measure(long seed, Runnable done) {
            double usual = logLoss(table.rows());
            double[] increases = new double[table.names().size()];
            Tasks.run(increases.length, feature -> {
                for (int exchange = 0; exchange < EXCHANGES; exchange++) {
                    RandomStream random = new RandomStream(seed, exchange, feature, PURPOSE);
                    increases[feature] += (logLoss(exchanged(feature, random)) - usual) / EXCHANGES;
                }
                done.run();
            });
            List<Feature> features = new ArrayList<>();
            for (int feature = 0; feature < increases.length; feature++) {
                features.add(new Feature(set, table.names().get(feature), increases[feature]));
            }
            return features;
        }

        private double[][] exchanged(int feature, RandomStream random) {
            double[][] rows = table.rows();
            int[] order = random.permutation(rows.length);
            double[][] exchanged = new double[rows.length][];
            for (int i = 0; i < rows.length; i++) {
                exchanged[i] = rows[i].clone();
                exchanged[i][feature] = rows[order[i]][feature];
            }
            return exchanged;
        }

        private double logLoss(double[][] rows) {
            double[][] probabilities =
                    Arrays.stream(others).map(double[]::clone).toArray(double[][]::new);
            members.forEach(member -> add(probabilities, member, rows));
            double sum = 0;
            int answers = 0;
            for (int i = 0; i < probabilities.length; i++) {
                if (split.isMultiLabel()) {
                    for (int l = 0; l < probabilities[i].length; l++, answers++) {
                        double yes = probabilities[i][l];
                        sum -= Math.log(Math.max(split.multiLabels()[i][l] == 1 ? yes : 1 - yes, LEAST));
                    }
                } else {
                    sum -= Math.log(Math.max(probabilities[i][split.labels()[i]], LEAST));
                    answers++;
                }
            }
            return sum / answers;
        }
    }
}
