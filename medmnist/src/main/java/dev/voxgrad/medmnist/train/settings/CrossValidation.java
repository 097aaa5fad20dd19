package dev.voxgrad.medmnist.train.settings;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.data.Folds;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.io.BadValueException;

/**
 * Describes the cross-validation of a run: train and val together are cut into folds; member m validates on fold m
 * modulo their number and trains on the others. The test split stays as it is.
 *
 * @param folds at least 2
 * @param note for readers of {@code run.json}: that this is not the official split
 */
public record CrossValidation(int folds, @Nullable String note) {
    /** Marks every result of such a run. */
    public static final String NOTE = "not the official split";

    public CrossValidation {
        note = NOTE; // whatever an edited file contains, tables and reports say this
        BadValueException.requireWithin("folds", folds, 2, TrainSettings.MOST_MODELS);
    }

    /** Describes cross-validation with that many folds. */
    public CrossValidation(int folds) {
        this(folds, NOTE);
    }

    /** Returns words for tables and titles: {@code 5 folds of train and val, not the official split}. */
    public String words() {
        return folds + " folds of train and val, " + NOTE;
    }

    /** Returns the fold that a member validates on. */
    public int foldOf(int member) {
        return member % folds;
    }

    /** Returns a table cell about that member, without commas. */
    public String validatedOn(int member) {
        return "fold " + foldOf(member) + " of " + folds + " (" + NOTE + ")";
    }

    /** Returns the number of volumes that a member trains on, to within one. */
    public int trainingSize(VolumeData data) {
        int all = data.train().size() + data.val().size();
        return all - Math.ceilDiv(all, folds);
    }

    /**
     * Cuts the volumes into folds.
     *
     * @param seed of the run
     * @throws dev.voxgrad.medmnist.io.DataException if a class is too rare to be in every fold
     */
    public Folds cut(VolumeData data, long seed) {
        return Folds.of(data, folds, seed);
    }

    /** Returns a member's view of the volumes: its fold is the val split, the other folds are the train split. */
    public VolumeData around(int member, VolumeData data, long seed) {
        return cut(data, seed).around(foldOf(member));
    }
}
