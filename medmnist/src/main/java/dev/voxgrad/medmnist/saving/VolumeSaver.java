package dev.voxgrad.medmnist.saving;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.io.AtomicFile;
import dev.voxgrad.medmnist.io.DataException;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.io.Tasks;
import dev.voxgrad.medmnist.nifti.Affine;
import dev.voxgrad.medmnist.nifti.NiftiWriter;
import dev.voxgrad.medmnist.picture.GifAnimation;

/**
 * Saves each volume of a set as a file of its own, with the names and the CSV of MedMNIST's Python package: below a
 * folder, {@code adrenalmnist3d/train0_1.gif} and so on, with the index in the split and the label, and
 * {@code adrenalmnist3d.csv} with a line {@code TRAIN,train0_1.gif,1} for each. Source: {@code medmnist/utils.py}.
 */
public final class VolumeSaver {
    /** For how long a frame is shown, in milliseconds. */
    static final int FRAME_MILLIS = 200;

    private final VolumeData data;
    private final SaveFormat format;
    private final Path images;
    private final Path csv;

    /**
     * Creates a saver.
     *
     * @param name of the set, with its size if that is not 28: {@code adrenalmnist3d_64}
     * @param folder that gets the folder of files and the CSV
     */
    public VolumeSaver(VolumeData data, String name, Path folder, SaveFormat format) {
        this.data = data;
        this.format = format;
        this.images = folder.resolve(name);
        this.csv = folder.resolve(name + ".csv");
    }

    /** Returns the folder of the files. */
    public Path images() {
        return images;
    }

    /** Returns the CSV. */
    public Path csv() {
        return csv;
    }

    /** Returns the number of volumes. */
    public int count() {
        return data.splits().stream().mapToInt(Split::size).sum();
    }

    /**
     * Writes all files, the CSV last.
     *
     * @param done is called after each volume, by several threads
     * @throws DataException if the CSV exists, a file cannot be written, or the format cannot show these volumes
     */
    public void save(Runnable done) {
        requireSupported();
        if (Files.exists(csv)) {
            throw new DataFileException(
                    csv.toString(), "exists; remove it and the folder " + images + ", or choose another --folder");
        }
        makeFolder(images);
        StringBuilder lines = new StringBuilder();
        for (Split split : data.splits()) {
            Tasks.run(split.size(), index -> {
                save(split, index);
                done.run();
            });
            for (int index = 0; index < split.size(); index++) {
                lines.append(longName(split))
                        .append(',')
                        .append(fileName(split, index))
                        .append(',')
                        .append(labels(split, index, ","))
                        .append('\n');
            }
        }
        AtomicFile.write(csv, lines);
    }

    private void requireSupported() {
        int channels = data.shape().channels();
        if (format == SaveFormat.GIF && channels != 1 || format == SaveFormat.PNG && channels != 1 && channels != 3) {
            throw new DataException(data.name() + ": volumes have " + channels + " channels, which " + format.flag()
                    + " cannot show; save them with --format nifti");
        }
    }

    private static void makeFolder(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new DataFileException(folder.toString(), "cannot be made: " + AtomicFile.describe(e), e);
        }
    }

    /** Returns the split's name in the CSV, which follows Google's AutoML. */
    private static String longName(Split split) {
        return split.name().equals("val") ? "VALIDATION" : split.name().toUpperCase(Locale.ROOT);
    }

    private static String labels(Split split, int index, String between) {
        int[] labels = split.labelsOf(index);
        return Arrays.stream(labels).mapToObj(String::valueOf).collect(Collectors.joining(between));
    }

    private String fileName(Split split, int index) {
        return split.name() + index + "_" + labels(split, index, "_") + format.suffix();
    }

    private void save(Split split, int index) {
        Path file = images.resolve(fileName(split, index));
        VolumeShape shape = split.shape();
        switch (format) {
            case GIF -> AtomicFile.write(file, gif(split, index));
            case PNG -> {
                makeFolder(file);
                for (int x = 0; x < shape.x(); x++) {
                    Path slice = file.resolve(String.format(Locale.ROOT, "slice%03d.png", x));
                    AtomicFile.write(
                            slice, Planes.picture(split.plane(index, x), shape).png());
                }
            }
            case NIFTI ->
                NiftiWriter.write(
                        file,
                        split.volume(index),
                        new int[] {shape.x(), shape.y(), shape.z(), shape.channels()},
                        Affine.IDENTITY);
        }
    }

    private static byte[] gif(Split split, int index) {
        VolumeShape shape = split.shape();
        GifAnimation animation = new GifAnimation(shape.z(), shape.y(), FRAME_MILLIS);
        for (int x = 0; x < shape.x(); x++) {
            animation.add(split.plane(index, x));
        }
        return animation.encode();
    }
}
