package dev.voxgrad.medmnist.baseline;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

import dev.voxgrad.medmnist.baseline.selection.ChosenModel;
import dev.voxgrad.medmnist.data.Task;
import dev.voxgrad.medmnist.data.npz.NpyArray;
import dev.voxgrad.medmnist.data.npz.NpyType;
import dev.voxgrad.medmnist.data.npz.NpyWriter;
import dev.voxgrad.medmnist.data.npz.NpzFile;
import dev.voxgrad.medmnist.io.AtomicFile;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.io.RunFolder;
import dev.voxgrad.medmnist.run.RunFiles;
import dev.voxgrad.medmnist.run.json.RunJson;

/**
 * Reads and writes the folder of a baseline:
 *
 * <pre>
 * baseline.json                      data, candidates, choice, versions: {@link BaselineInfo}
 * models/0007.npz                    one file per chosen model, by the number of its candidate
 * predictions/train-out-of-fold.npy  probabilities, float64, (N, classes), rows in the order of the data file
 * predictions/val.npy, test.npy      the same; missing if there is no such split, or the models were fitted to it
 * summary.csv                        figures of the ensemble on each split
 * results/                           MedMNIST's standard result files
 * scans.json                         how scans become volumes, if the volumes were imported
 * </pre>
 *
 * <p>The folder is written under a temporary name and then renamed, so it is there completely or not at all.
 */
public final class BaselineFiles {
    /** The name of the file that makes a folder a baseline's. */
    public static final String FILE = "baseline.json";

    private static final String TRAIN = "predictions/train-out-of-fold.npy";
    private static final String VAL = "predictions/val.npy";
    private static final String TEST = "predictions/test.npy";
    /** The largest error of a sum of probabilities. */
    private static final double ROUNDING = 1e-6;

    private final RunFolder files;
    private final BaselineInfo info;

    private BaselineFiles(RunFolder files, BaselineInfo info) {
        this.files = files;
        this.info = info;
    }

    /** Returns whether a folder contains a baseline, going by the name of its main file. */
    public static boolean isBaseline(Path folder) {
        return Files.exists(folder.resolve(FILE));
    }

    /**
     * Opens the folder of a baseline.
     *
     * @throws DataFileException if there is no baseline in the folder, or its {@code baseline.json} is damaged
     */
    public static BaselineFiles open(Path folder) {
        Path file = folder.resolve(FILE);
        if (!isBaseline(folder)) {
            throw new DataFileException(
                    folder.toString(),
                    "contains no baseline (" + FILE + " is missing); give the folder that 'medmnist baseline --out' "
                            + "has written");
        }
        RunFolder files = new RunFolder(folder);
        return new BaselineFiles(files, RunJson.read(files.read(file), BaselineInfo.class, file.toString()));
    }

    /** Throws unless {@code folder} is empty or does not exist; called early, before any work is done. */
    public static void requireEmpty(Path folder) {
        if (isBaseline(folder)) {
            throw new DataFileException(
                    folder.toString(),
                    "already contains a baseline, which is left as it is; choose another --out, or remove it first");
        }
        RunFiles.requireEmpty(folder);
        Path target = folder.toAbsolutePath().normalize();
        AtomicFile.requireWritable(existingAbove(target).resolve("." + target.getFileName()));
    }

    /** Returns the nearest folder above that exists; those between are made when the baseline is written. */
    private static Path existingAbove(Path target) {
        for (Path above = target.getParent(); above != null; above = above.getParent()) {
            if (Files.exists(above)) {
                return above;
            }
        }
        return target;
    }

    /**
     * Writes a baseline's folder.
     *
     * @throws DataFileException if the folder is not empty or cannot be written; then nothing is left of it
     */
    public static BaselineFiles write(Path folder, BaselineInfo info, BaselineContents contents) {
        requireEmpty(folder);
        try {
            Path target = Files.exists(folder) ? folder.toRealPath() : folder.toAbsolutePath();
            Path unfinished = target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + ".part");
            Files.createDirectories(unfinished);
            try {
                writeContents(new RunFolder(unfinished), info, contents);
                Files.deleteIfExists(target);
                Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException | DataFileException e) {
                RunFiles.remove(unfinished);
                throw e;
            }
            return open(folder);
        } catch (IOException e) {
            throw new DataFileException(
                    folder.toString(), "cannot be written: " + AtomicFile.describe(e) + "; choose another --out", e);
        }
    }

    private static void writeContents(RunFolder files, BaselineInfo info, BaselineContents contents) {
        files.makeFolder("models");
        files.makeFolder("predictions");
        files.makeFolder("results");
        contents.models()
                .forEach((number, arrays) ->
                        NpyWriter.writeNpz(files.path().resolve(modelName(number)), arrays, NpyWriter.Packing.STORED));
        contents.trainOutOfFold().ifPresent(rows -> write(files, TRAIN, rows));
        contents.val().ifPresent(rows -> write(files, VAL, rows));
        contents.test().ifPresent(rows -> write(files, TEST, rows));
        contents.texts().forEach((name, text) -> files.write(files.path().resolve(name), text));
        files.write(files.path().resolve(FILE), RunJson.write(info));
    }

    private static void write(RunFolder files, String name, double[][] rows) {
        NpyWriter.writeNpy(files.path().resolve(name), NpyArray.ofRows(rows));
    }

    /** Returns the name of a model's file, by the number of its candidate. */
    public static String modelName(int candidate) {
        return String.format(Locale.ROOT, "models/%04d.npz", candidate);
    }

    public Path folder() {
        return files.path();
    }

    /** Returns the access to the files below the folder, which follows no link out of it. */
    public RunFolder files() {
        return files;
    }

    /** Returns the contents of {@code baseline.json}. */
    public BaselineInfo info() {
        return info;
    }

    /** Opens the arrays of a chosen model. */
    public NpzFile model(ChosenModel chosen) {
        return NpzFile.open(files.file(modelName(chosen.candidate())));
    }

    /**
     * Returns the probabilities for train by models that have not seen the volume, (N, classes); empty without folds.
     *
     * @throws DataFileException if the file is damaged, as the next two
     */
    public Optional<double[][]> trainOutOfFold() {
        return predictions(TRAIN, info.volumes().train());
    }

    /** Returns the probabilities for val, (N, classes); empty if the file is missing. */
    public Optional<double[][]> val() {
        return predictions(VAL, info.volumes().val());
    }

    /** Returns the probabilities for test, (N, classes); empty if the file is missing. */
    public Optional<double[][]> test() {
        return predictions(TEST, info.volumes().test());
    }

    private Optional<double[][]> predictions(String name, int volumes) {
        Path file = files.file(name);
        if (!files.exists(file)) {
            return Optional.empty();
        }
        NpyArray array = read(file);
        int[] shape = array.shape();
        int classes = info.classes();
        if (array.type().kind() != NpyType.Kind.F8 || !Arrays.equals(shape, new int[] {volumes, classes})) {
            throw new DataFileException(
                    file.toString(),
                    "has " + array + "; expected float64 of (" + volumes + ", " + classes + "), as " + FILE
                            + " says. The files belong to different baselines");
        }
        double[][] rows = array.toRows();
        for (int i = 0; i < rows.length; i++) {
            requireProbabilities(file, i, rows[i]);
        }
        return Optional.of(rows);
    }

    private NpyArray read(Path file) {
        try (FileChannel channel = files.open(file);
                InputStream in = new BufferedInputStream(Channels.newInputStream(channel))) {
            return NpyArray.read(in, channel.size(), file.toString());
        } catch (IOException e) {
            throw new DataFileException(file.toString(), "cannot be read: " + AtomicFile.describe(e), e);
        }
    }

    private void requireProbabilities(Path file, int row, double[] values) {
        double sum = 0;
        boolean each = true;
        for (double value : values) {
            each &= value >= 0 && value <= 1;
            sum += value;
        }
        if (!each || info.task() != Task.MULTI_LABEL && Math.abs(sum - 1) > ROUNDING) {
            throw new DataFileException(
                    file.toString(), "is damaged: row " + row + " has values that are no probabilities");
        }
    }
}
