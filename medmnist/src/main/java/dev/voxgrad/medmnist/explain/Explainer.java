package dev.voxgrad.medmnist.explain;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntConsumer;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.io.DataException;
import dev.voxgrad.medmnist.model.EnsembleWeights;
import dev.voxgrad.medmnist.model.ModelFile;
import dev.voxgrad.medmnist.model.TrainedModel;
import dev.voxgrad.medmnist.model.WeightedScores;
import dev.voxgrad.nn.Layer;

/**
 * Explains answers of a trained ensemble, by the weighted mean of the explanations of its nets. One net at a time is in
 * memory.
 *
 * @param model the trained nets
 * @param weights of the model's members in use
 * @param data the data set of the split
 * @param split the volumes that can be explained
 */
public record Explainer(TrainedModel model, EnsembleWeights weights, VolumeData data, Split split, Device device) {
    /**
     * Requests an explanation.
     *
     * @param volume number in the split
     * @param target class whose logit is explained
     */
    public record Question(int volume, int target) {}

    /**
     * Explains one answer of the ensemble.
     *
     * @param attribution the mean over the nets
     * @param method the method and its settings in words; stages differ between kinds of nets
     * @param nets number of nets
     */
    public record Explanation(Question question, Attribution attribution, String method, int nets) {}

    /** Computes something with one net of the ensemble, whose weight is above 0. */
    private interface Visitor {
        void visit(FrozenNet net, String name, double weight);
    }

    /** Returns the number of nets with a weight. */
    public int nets() {
        return (int) model.files().stream().filter(file -> weight(file) > 0).count();
    }

    private double weight(ModelFile file) {
        return weights.of(file.position(), file.kind());
    }

    private void forEachNet(Visitor visitor) {
        for (ModelFile file : model.files()) {
            if (weight(file) > 0) {
                Layer net = model.load(file, device, split.shape());
                visitor.visit(new FrozenNet(net, device), file.net().name(), weight(file));
            }
        }
    }

    /** Returns the ensemble's logits of some volumes, a row for each. */
    public double[][] logits(List<Integer> volumes) {
        List<WeightedScores> parts = new ArrayList<>();
        forEachNet((net, name, weight) -> {
            double[][] logits = volumes.stream()
                    .map(volume -> net.logits(PreparedVolume.of(data, split, volume)))
                    .toArray(double[][]::new);
            parts.add(new WeightedScores(weight, logits));
        });
        return WeightedScores.mean(parts);
    }

    /** Returns the steps of progress that {@link #explain} takes. */
    public int steps(List<Question> questions, Method method) {
        return questions.stream()
                .mapToInt(question -> nets() * method.steps(PreparedVolume.of(data, split, question.volume)))
                .sum();
    }

    /**
     * Explains answers.
     *
     * @param progress receives the number of steps since its last call
     * @throws DataException if the method cannot explain one of the nets
     */
    public List<Explanation> explain(List<Question> questions, Method method, IntConsumer progress) {
        List<Mean> means = questions.stream().map(question -> new Mean()).toList();
        forEachNet((net, name, weight) -> {
            for (int i = 0; i < questions.size(); i++) {
                Question question = questions.get(i);
                PreparedVolume volume = PreparedVolume.of(data, split, question.volume);
                means.get(i)
                        .add(
                                method.explain(net, volume, question.target, progress),
                                weight,
                                name + ": " + method.words(net, volume));
            }
        });
        List<Explanation> explanations = new ArrayList<>();
        for (int i = 0; i < questions.size(); i++) {
            explanations.add(means.get(i).of(questions.get(i)));
        }
        return explanations;
    }

    /** Collects the explanations of one question. */
    private static final class Mean {
        private final List<Attribution> parts = new ArrayList<>();
        private final List<Double> weights = new ArrayList<>();
        private final Set<String> words = new LinkedHashSet<>();

        void add(Attribution part, double weight, String description) {
            parts.add(part);
            weights.add(weight);
            words.add(description);
        }

        Explanation of(Question question) {
            double[] all = weights.stream().mapToDouble(weight -> weight).toArray();
            return new Explanation(question, Attribution.mean(parts, all), String.join("; ", words), parts.size());
        }
    }
}
