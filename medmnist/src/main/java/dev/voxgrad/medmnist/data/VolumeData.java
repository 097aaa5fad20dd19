package dev.voxgrad.medmnist.data;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.io.DataException;

/**
 * A data set, ready to train on. A file may lack a split; taking one that is missing is an error.
 *
 * @param name the flag, or the name of the file or generator it came from
 * @param description a sentence about it; says so where the data is synthetic
 * @param task what is asked
 * @param labelNames names of the classes (or of the labels of a multi-label task), in order of their value
 * @param zNormalized whether each volume is z-normalised
 * @param synthetic whether the volumes were made by code
 * @param md5 MD5 sum of the file, where there is one
 * @param train the split to train on; null if the file has none, as the next two
 * @param val the split to choose models by
 * @param test the split to report
 * @param window which values of the file became 0 and 1; empty for official sets and volumes made by code
 * @param preparation how volumes become what a net takes
 */
public record VolumeData(
        String name,
        String description,
        Task task,
        List<String> labelNames,
        boolean zNormalized,
        boolean synthetic,
        Optional<String> md5,
        @Nullable Split train,
        @Nullable Split val,
        @Nullable Split test,
        Optional<Window> window,
        Preparation preparation) {
    public VolumeData {
        labelNames = List.copyOf(labelNames);
        List<Split> splits = present(train, val, test);
        if (splits.isEmpty()) {
            throw new DataException(name + ": has no split; expected at least one of train, val and test");
        }
        for (Split split : splits) {
            Split first = splits.getFirst();
            if (!split.shape().equals(first.shape())) {
                throw new DataException(name + ": " + split.name() + " has volumes of " + split.shape() + " but "
                        + first.name() + " has " + first.shape() + "; expected the same shape in all splits");
            }
            checkLabels(name, split, labelNames);
            requireFactorKept(name, zNormalized, preparation);
            int blank = zNormalized ? split.firstBlankVolume() : -1;
            if (blank >= 0) {
                throw Normalization.blank(name + ": " + split.name(), blank);
            }
        }
    }

    /** Voxels that are taken as they are. */
    public VolumeData(
            String name,
            String description,
            Task task,
            List<String> labelNames,
            boolean zNormalized,
            boolean synthetic,
            Optional<String> md5,
            Split train,
            Split val,
            Split test) {
        this(
                name,
                description,
                task,
                labelNames,
                zNormalized,
                synthetic,
                md5,
                train,
                val,
                test,
                Optional.empty(),
                Preparation.STUDY);
    }

    /**
     * Warns if the file has another MD5 sum than it had earlier.
     *
     * @param before the earlier sum; null if the volumes were made by code
     * @param since when that was, as in "has changed since the training"
     */
    public void warnIfChanged(@Nullable String before, String since, Consumer<String> warnings) {
        if (before != null && !md5.equals(Optional.of(before))) {
            warnings.accept(name + " has changed since " + since + " (its MD5 was " + before + ")");
        }
    }

    /** Returns the name, marked if the volumes were made by code. */
    public String title() {
        return synthetic ? name + " (SYNTHETIC)" : name;
    }

    private static List<Split> present(@Nullable Split... splits) {
        return Stream.of(splits).filter(Objects::nonNull).toList();
    }

    /**
     * Returns the split to train on.
     *
     * @throws DataException if the file has none, as the next two
     */
    @Override
    public Split train() {
        return split(train, "train");
    }

    /** Returns the split to choose models by. */
    @Override
    public Split val() {
        return split(val, "val");
    }

    /** Returns the split to report. */
    @Override
    public Split test() {
        return split(test, "test");
    }

    private Split split(@Nullable Split split, String splitName) {
        if (split == null) {
            throw new DataException(name + " "
                    + Requirement.missing(
                            splitName,
                            Requirement.NONE.command(),
                            splits().stream().map(Split::name).toList()));
        }
        return split;
    }

    /** Returns the splits that are there, in the order train, val, test. */
    public List<Split> splits() {
        return present(train, val, test);
    }

    /** Returns whether there is a split of that name. */
    public boolean has(String splitName) {
        return splits().stream().anyMatch(split -> split.name().equals(splitName));
    }

    /** Returns the numbers of volumes, {@code 1188/98/298}, with a hyphen for a split that is missing. */
    public String counts() {
        return Stream.of(train, val, test)
                .map(split -> split == null ? "-" : String.valueOf(split.size()))
                .collect(Collectors.joining("/"));
    }

    private static void requireFactorKept(String name, boolean zNormalized, Preparation preparation) {
        if (zNormalized && (preparation.scale() != 1 || preparation.shapeTransform())) {
            throw new DataException(name + ": volumes are z-normalised, which would undo the factor of "
                    + "--shape-transform and --scale; add --normalise none, or --no-shape-transform and --scale 1");
        }
    }

    private static void checkLabels(String name, Split split, List<String> labelNames) {
        int classes = labelNames.size();
        for (int i = 0; i < split.size(); i++) {
            if (!split.isMultiLabel()) {
                int label = split.labels()[i];
                if (label < 0 || label >= classes) {
                    throw new DataException(name + ": label " + label + " of volume " + i + " in " + split.name()
                            + " is outside the classes; expected 0 to " + (classes - 1) + " " + labelNames);
                }
                continue;
            }
            int[] row = split.multiLabels()[i];
            if (row.length != classes) {
                throw new DataException(name + ": volume " + i + " in " + split.name() + " has " + row.length
                        + " labels; expected " + classes + " " + labelNames);
            }
            for (int l = 0; l < classes; l++) {
                if (row[l] != 0 && row[l] != 1) {
                    throw new DataException(name + ": label " + l + " of volume " + i + " in " + split.name() + " is "
                            + row[l] + "; expected 0 or 1, as there are several labels per volume");
                }
            }
        }
    }

    /** Returns the number of classes (or of labels of a multi-label task): the width of a net's output. */
    public int classes() {
        return labelNames.size();
    }

    /** Returns the shape of every volume as a net takes it. */
    public VolumeShape shape() {
        return preparation.shape(storedShape());
    }

    /** Returns the shape of every volume as the file has it. */
    public VolumeShape storedShape() {
        return splits().getFirst().shape();
    }

    /** Returns words for how volumes become what a net takes. */
    public String preparationWords() {
        return preparation.words(zNormalized);
    }

    /** Returns how an augmented training volume becomes what a net takes. */
    public NetInput trainingInput() {
        return input(preparation.shapeTransform() ? 1 : preparation.scale());
    }

    /** Returns how a volume with values from 0 to 1 becomes what a net takes, in evaluation. */
    public NetInput evaluationInput() {
        return input(preparation.scale());
    }

    private NetInput input(double factor) {
        return new NetInput(
                factor, zNormalized, shape().channels() / storedShape().channels());
    }

    /**
     * Returns the same data set, prepared in this way; z-normalisation as in the study applies if this data set is
     * z-normalised at present.
     */
    public VolumeData prepared(Preparation other) {
        return new VolumeData(
                name,
                description,
                task,
                labelNames,
                other.normalise().applies(zNormalized),
                synthetic,
                md5,
                train,
                val,
                test,
                window,
                other);
    }

    /** Returns the same data set with other volumes to train on and to choose models by. */
    public VolumeData withTrainAndVal(Split newTrain, Split newVal) {
        return with(newTrain, newVal);
    }

    private VolumeData with(@Nullable Split newTrain, @Nullable Split newVal) {
        return new VolumeData(
                name,
                description,
                task,
                labelNames,
                zNormalized,
                synthetic,
                md5,
                newTrain,
                newVal,
                test,
                window,
                preparation);
    }

    /**
     * Returns the same data set without the blank volumes that are marked as known, in train and val; test is left as
     * it is, so that its rows keep their numbers.
     *
     * @throws DataException if nothing is left of a split
     */
    public VolumeData withoutSkippedBlanks() {
        Split newTrain = train == null ? null : train.withoutSkipped();
        Split newVal = val == null ? null : val.withoutSkipped();
        return newTrain == train && newVal == val ? this : with(newTrain, newVal);
    }

    /** Returns the split of that name: train, val or test. */
    public Split split(String splitName) {
        return switch (splitName) {
            case "train" -> train();
            case "val" -> val();
            case "test" -> test();
            default -> throw new DataException("unknown split '" + splitName + "'; known splits are train, val, test");
        };
    }
}
