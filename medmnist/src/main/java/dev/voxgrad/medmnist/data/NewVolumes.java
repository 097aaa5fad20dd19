package dev.voxgrad.medmnist.data;

import java.util.List;
import java.util.stream.IntStream;

import dev.voxgrad.medmnist.io.DataException;

/**
 * Holds volumes that a trained model is applied to.
 *
 * @param data the volumes as the only split of a data set; without labels, all of them have label 0
 * @param split the volumes
 * @param isLabelled whether the labels are known
 * @param names one per volume, such as the file that it comes from
 */
public record NewVolumes(VolumeData data, Split split, boolean isLabelled, List<String> names) {
    public NewVolumes {
        names = List.copyOf(names);
        if (names.size() != split.size()) {
            throw new DataException(
                    data.name() + ": " + names.size() + " names for " + split.size() + " volumes; expected one each");
        }
    }

    /** Returns the same volumes under other names. */
    public NewVolumes named(List<String> others) {
        return new NewVolumes(data, split, isLabelled, others);
    }

    /** Returns volumes that are named by their numbers in the file, from 0. */
    public static NewVolumes numbered(VolumeData data, Split split, boolean isLabelled) {
        List<String> numbers =
                IntStream.range(0, split.size()).mapToObj(String::valueOf).toList();
        return new NewVolumes(data, split, isLabelled, numbers);
    }
}
