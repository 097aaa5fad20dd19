package dev.voxgrad.medmnist.importing;

import java.nio.file.Path;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Says what set to make from which scans.
 *
 * @param images the folder of scans
 * @param table the labels
 * @param out the set's {@code .npz}; its description is written next to it, as {@code .json}
 * @param size lengths X, Y, Z of the volumes
 * @param window how values become those of the set
 * @param spacing distance between the new voxels in millimetres; null to fit the whole field of view
 * @param nanAs the value that NaN and infinite voxels get; null to refuse them
 * @param parts of train, val and test; empty to use the table's column
 * @param seed of the division into splits
 */
public record ImportRequest(
        Path images,
        LabelTable table,
        Path out,
        List<Integer> size,
        WindowRule window,
        @Nullable Double spacing,
        @Nullable Double nanAs,
        List<Integer> parts,
        long seed) {}
