package dev.voxgrad.medmnist.data.source;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.data.DatasetInfo;
import dev.voxgrad.medmnist.data.Loading;
import dev.voxgrad.medmnist.data.Preparation;
import dev.voxgrad.medmnist.data.SyntheticShapes;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.data.Window;

/** Describes where a run's volumes come from, in a form that {@code run.json} records and reads again. */
public sealed interface DataSource permits OfficialSet, OwnFile, Synthetic {
    /** Returns one of the official sets. */
    static OfficialSet official(String flag, Path root, int size) {
        return new OfficialSet(flag, SourceJson.absolute(root), size, false);
    }

    /** Returns a file in MedMNIST's layout. */
    static OwnFile file(Path file, List<String> labels) {
        return new OwnFile(SourceJson.absolute(file), labels, null, false, null);
    }

    /** Returns volumes made by code. */
    static Synthetic synthetic(SyntheticShapes.Settings settings) {
        return new Synthetic(settings);
    }

    /**
     * Loads or makes the volumes.
     *
     * @param preparation how volumes become what a net takes
     * @param loading where volumes are kept, which splits are required, and what receives notes
     * @throws dev.voxgrad.medmnist.io.DataException if the file cannot be used, or lacks a required split
     */
    VolumeData load(Preparation preparation, Loading loading);

    /** Loads or makes the volumes in the usual way, without a required split. */
    default VolumeData load(Preparation preparation, Consumer<String> notes) {
        return load(preparation, Loading.of(notes));
    }

    /** Loads or makes the volumes, prepared as the original study did. */
    default VolumeData load(Consumer<String> warner) {
        return load(Preparation.STUDY, warner);
    }

    /** Returns the name of the data in reports, with the size of the volumes of an official set. */
    default String title() {
        return switch (this) {
            case OfficialSet set -> DatasetInfo.byFlag(set.flag()).pythonClass() + ", " + set.size() + "³";
            case OwnFile own -> String.valueOf(Path.of(own.file()).getFileName());
            case Synthetic _ -> "SYNTHETIC shapes, made by code";
        };
    }

    /** Returns whether the volumes are known to be masks of shapes, for which MedMNIST's script has a transform. */
    default boolean isMasks() {
        return false;
    }

    /** Returns whether volumes are z-normalised if they are prepared as in the original study. */
    default boolean isNormalisedInStudy() {
        return true;
    }

    /** Returns the shape of the volumes as they are stored, if it is known without reading them. */
    default Optional<VolumeShape> knownShape() {
        return Optional.empty();
    }

    /** Returns the same source with the official files in another folder; other kinds stay as they are. */
    default DataSource withRoot(Path root) {
        return this;
    }

    /** Returns the same source without the folder of its file, for others. */
    default DataSource withoutFolder() {
        return this;
    }

    /** Returns the same source with the user's file elsewhere; other kinds stay as they are. */
    default DataSource withFile(Path file) {
        return this;
    }

    /** Returns the same source with volumes read with this window; kinds without a window stay as they are. */
    default DataSource withWindow(@Nullable Window window) {
        return this;
    }

    /** Returns the window with which volumes are read; null to derive it from them, and for kinds without a window. */
    default @Nullable Window window() {
        return null;
    }

    /** Returns whether blank volumes are left out of training, see {@link VolumeData#withoutSkippedBlanks}. */
    default boolean skipsBlank() {
        return false;
    }

    /** Returns the form that {@code run.json} records. */
    @JsonValue
    SourceJson json();

    /** Reads the form that {@code run.json} records. */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static DataSource of(SourceJson json) {
        return json.source();
    }
}
