package dev.voxgrad.medmnist.importing;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Holds one line of a table of labels.
 *
 * @param line number in the file, from 1
 * @param file name below the folder of images
 * @param label the class number, or several 0 and 1
 * @param patient null if the table has no such column
 * @param split null if the table has no such column
 */
public record TableRow(
        int line,
        String file,
        List<Integer> label,
        @Nullable String patient,
        @Nullable SetSplit split) {}
