package dev.voxgrad.medmnist.importing;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Names the columns of a table of labels.
 *
 * @param file the column of file names
 * @param labels the column of classes, or several columns of 0 and 1
 * @param patient null to take the column {@code patient} if there is one
 * @param split null to take the column {@code split} if there is one
 */
public record TableColumns(
        String file,
        List<String> labels,
        @Nullable String patient,
        @Nullable String split) {
    /** The names that columns have by default. */
    public static final TableColumns DEFAULT = new TableColumns("file", List.of("label"), null, null);
}
