package dev.voxgrad.medmnist.model;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

import dev.voxgrad.medmnist.data.Preparation;
import dev.voxgrad.medmnist.data.Task;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.data.Window;
import dev.voxgrad.medmnist.data.source.DataSource;
import dev.voxgrad.medmnist.importing.PrepareSettings;

/** States what a trained model predicts, and which volumes it was trained on. */
public interface VolumeModel {
    /** Returns what the model predicts. */
    Task task();

    /** Returns the names of the classes, or of the labels of a multi-label task, in the order of the scores. */
    List<String> labelNames();

    /** Returns how volumes become what the model takes. */
    Preparation preparation();

    /** Returns whether volumes are z-normalised. */
    boolean isZNormalised();

    /** Returns which values of a file become 0 and 1; empty if the data set has a fixed scale. */
    Optional<Window> window();

    /** Returns the shape of the volumes as they were stored for training; empty if it is not known. */
    Optional<VolumeShape> storedShape();

    /**
     * Returns how scans became volumes for the training; empty if the volumes were not imported.
     *
     * @throws dev.voxgrad.medmnist.io.DataFileException if the file that says so is damaged
     */
    Optional<PrepareSettings> scanSettings();

    /** Returns whether this is a bundle, which does not say where the volumes of its training are. */
    boolean isBundle();

    /** Returns where the volumes of the training come from, with labels that mean what they meant in training. */
    DataSource dataAsTaken();

    /** Warns if the data file, which may change before the model is applied, has another MD5 sum. */
    void warnIfChanged(VolumeData now, Consumer<String> warnings);
}
