package dev.voxgrad.medmnist.train.settings;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.Task;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.io.BadValueException;
import dev.voxgrad.medmnist.io.DataException;

/**
 * Weights each class in the loss; the formula is at {@link dev.voxgrad.engine.op.crossentropy.CrossEntropyOp}.
 *
 * @param asked {@code none}, {@code balanced} or the weights, as the command line spells them
 * @param values one number above 0 per class; empty for none, and for balanced before the volumes are known
 */
public record ClassWeights(String asked, List<Double> values) {
    /** Counts all volumes alike. */
    public static final ClassWeights NONE = new ClassWeights("none", List.of());

    private static final String BALANCED = "balanced";

    public ClassWeights {
        BadValueException.requirePresent("asked", asked);
        BadValueException.requireAll("values", values, "a positive number for every class");
        values = List.copyOf(values);
        for (double value : values) {
            if (!((float) value > 0 && (float) value < Float.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException(
                        "class-weights has the weight " + value + "; expected a positive number for every class");
            }
        }
    }

    /** Parses the command line's spelling. */
    public static ClassWeights parse(String text) {
        if (text.equals(NONE.asked)) {
            return NONE;
        }
        if (text.equals(BALANCED)) {
            return new ClassWeights(BALANCED, List.of());
        }
        List<Double> values = new ArrayList<>();
        for (String word : text.split(",", -1)) {
            try {
                values.add(Double.valueOf(word.strip()));
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(
                        "class-weights is '" + text
                                + "'; expected none, balanced, or a positive number for every class, such as 1,2.5",
                        e);
            }
        }
        return new ClassWeights(values.stream().map(String::valueOf).collect(Collectors.joining(",")), values);
    }

    /**
     * Returns the weights for these volumes. Balanced is n/(K·n_k) for class k of K that has n_k of the n training
     * volumes, as in scikit-learn's {@code compute_class_weight}: every class then has the same share of the loss.
     * Weights that are present already stay.
     *
     * @param trainedOn the splits that contain the training volumes
     * @throws DataException if the weights do not fit the volumes
     */
    ClassWeights resolved(VolumeData data, List<Split> trainedOn) {
        if (equals(NONE)) {
            return this;
        }
        if (data.task() == Task.MULTI_LABEL) {
            throw new DataException(data.name() + ": --class-weights is for one class per volume, but here each has "
                    + data.classes() + " labels that are yes or no; leave the option out");
        }
        if (asked.equals(BALANCED) && values.isEmpty()) {
            return new ClassWeights(BALANCED, balanced(data, trainedOn));
        }
        if (values.size() != data.classes()) {
            throw new DataException(data.name() + ": --class-weights has " + values.size() + " numbers, but there are "
                    + data.classes() + " classes " + data.labelNames() + "; give one number for each");
        }
        return this;
    }

    private static List<Double> balanced(VolumeData data, List<Split> trainedOn) {
        int[] counts = new int[data.classes()];
        for (Split split : trainedOn) {
            for (int label : split.labels()) {
                counts[label]++;
            }
        }
        int volumes = Arrays.stream(counts).sum();
        List<Double> weights = new ArrayList<>();
        for (int k = 0; k < counts.length; k++) {
            if (counts[k] == 0) {
                throw new DataException(data.name() + ": --class-weights balanced has no weight for class " + k + " ("
                        + data.labelNames().get(k) + "), which no training volume has; give the weights as numbers");
            }
            weights.add(volumes / ((double) counts.length * counts[k]));
        }
        return weights;
    }

    /** Returns one weight per class for the loss, or null for none. */
    public float @Nullable [] forLoss() {
        if (equals(NONE)) {
            return null;
        }
        float[] weights = new float[values.size()];
        for (int k = 0; k < weights.length; k++) {
            weights[k] = values.get(k).floatValue();
        }
        return weights;
    }

    /** Returns the command line's spelling, followed by the weights if that does not contain them. */
    @Override
    public String toString() {
        return asked.equals(BALANCED) ? BALANCED + " " + values : asked;
    }
}
