package dev.voxgrad.medmnist.data;

import java.util.List;
import java.util.stream.Stream;

/**
 * The labels of a file's splits as a task understands them.
 *
 * @param task binary or multi-class with one class per volume, or multi-label
 * @param names of the classes or labels, (K)
 * @param rows of each split: (N,1) class numbers from 0, or (N,K) zeros and ones of a multi-label task
 */
public record Labels(Task task, List<String> names, List<int[][]> rows) {
    public Labels {
        names = List.copyOf(names);
        rows = List.copyOf(rows);
    }

    /** Returns a split of these labels; {@code number} is its place in {@link #rows}. */
    Split split(int number, String name, VolumeShape shape, Voxels voxels) {
        int[][] own = rows.get(number);
        return task == Task.MULTI_LABEL
                ? Split.ofMultiLabel(name, shape, voxels, own)
                : Split.of(
                        name,
                        shape,
                        voxels,
                        Stream.of(own).mapToInt(row -> row[0]).toArray());
    }
}
