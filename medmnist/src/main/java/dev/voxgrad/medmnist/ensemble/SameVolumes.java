package dev.voxgrad.medmnist.ensemble;

import java.nio.file.Path;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.data.source.DataSource;
import dev.voxgrad.medmnist.io.DataFileException;

/**
 * Compares what two runs, searches or baselines were made with.
 *
 * @param first folder that the other one must fit
 * @param other for messages, as the first one
 */
public record SameVolumes(Path first, Path other) {
    /**
     * Compares the MD5 of data files; of volumes made by code, what describes them.
     *
     * @throws DataFileException if they differ
     */
    public void volumes(@Nullable String expectedMd5, DataSource expected, @Nullable String md5, DataSource source) {
        same("the MD5 of the data", expectedMd5, md5);
        if (expectedMd5 == null) {
            same("what the volumes are made of", expected, source);
        }
        same("whether blank volumes are left out", expected.skipsBlank(), source.skipsBlank());
    }

    /**
     * Compares one property.
     *
     * @throws DataFileException if it differs; names the property, both values and both folders
     */
    public void same(String what, @Nullable Object expected, @Nullable Object found) {
        if (!Objects.equals(expected, found)) {
            throw new DataFileException(
                    other.toString(),
                    "cannot be combined with " + first + ": " + what + " is " + found + ", but there it is " + expected
                            + "; name runs and baselines of the same volumes");
        }
    }
}
