package dev.voxgrad.medmnist.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.data.npz.NpyArray;
import dev.voxgrad.medmnist.data.npz.NpyType;
import dev.voxgrad.medmnist.data.npz.NpzFile;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.io.FileStamp;
import dev.voxgrad.medmnist.io.Md5;

/**
 * Loads volumes that a trained model is applied to, from a {@code .npz}: the array {@code images}, or that of a split,
 * {@code test_images}, with labels if the file has them. Volumes of another shape or on another scale than those of the
 * training are refused, unless the user accepts them.
 */
public final class NewVolumeLoader {
    private static final List<String> SPLITS = List.of("test", "val", "train");

    private final Path file;
    private final Expected expected;
    private final Consumer<String> notes;

    /**
     * Describes the volumes that a model was trained on.
     *
     * @param task what it predicts
     * @param labelNames names of its classes or labels
     * @param shape of the stored volumes; empty to accept any
     * @param window which values of a file became 0 and 1; empty if they were integers from 0 to 255
     * @param zNormalized whether volumes are z-normalised
     * @param preparation how volumes become what a net takes
     */
    public record Expected(
            Task task,
            List<String> labelNames,
            Optional<VolumeShape> shape,
            Optional<Window> window,
            boolean zNormalized,
            Preparation preparation) {}

    /**
     * States what the user has said about a file.
     *
     * @param split which of the file's arrays; empty for {@code images}, or else test, or else the only one
     * @param window with which values are read instead of that of the training; empty to use that
     * @param skipBlank whether blank volumes are accepted, and taken as zeros
     */
    public record Options(Optional<String> split, Optional<Window> window, boolean skipBlank) {}

    private NewVolumeLoader(Path file, Expected expected, Consumer<String> notes) {
        this.file = file;
        this.expected = expected;
        this.notes = notes;
    }

    /**
     * Loads the volumes.
     *
     * @param notes receives a line for each interpretation that the user should know about
     * @throws DataFileException if the file is damaged, or does not contain volumes like those of the training
     */
    public static NewVolumes load(Path file, Expected expected, Options options, Consumer<String> notes) {
        if (!Files.exists(file)) {
            throw new DataFileException(file.toString(), "no such file; name the right one with --npz");
        }
        return new NewVolumeLoader(file, expected, notes).load(options);
    }

    private NewVolumes load(Options options) {
        try (NpzFile npz = NpzFile.open(file)) {
            FileStamp stamp = FileStamp.of(file);
            String split = options.split().orElseGet(() -> chosen(npz));
            VolumeReader reader = VolumeReader.open(npz, stamp, List.of(split));
            requireShape(reader.shape());
            boolean isLabelled = isLabelled(npz, split);
            Labels labels = isLabelled ? labels(npz, reader, split) : unknown(reader.count(0));
            Window window = window(reader, options.window());
            Voxels voxels = reader.read(window, VolumeCache.AUTO, notes).getFirst();
            Split volumes = labels.split(0, split, reader.shape(), voxels);
            VolumeData data = data(options.skipBlank() ? volumes.withBlankSkipped() : volumes, window);
            stamp.requireUnchanged();
            return NewVolumes.numbered(data, data.test(), isLabelled);
        }
    }

    private VolumeData data(Split volumes, Window window) {
        return new VolumeData(
                String.valueOf(file.getFileName()),
                "Volumes of the file " + file.getFileName() + ".",
                expected.task(),
                expected.labelNames(),
                expected.zNormalized(),
                false,
                Optional.of(Md5.of(file)),
                null,
                null,
                volumes,
                Optional.of(window),
                expected.preparation());
    }

    /** Returns the name of the split whose array is read if the user has not named one. */
    private String chosen(NpzFile npz) {
        List<String> present = SPLITS.stream()
                .filter(split -> npz.names().contains(VolumeReader.images(split)))
                .toList();
        if (npz.names().contains(VolumeReader.images(VolumeReader.ALL))) {
            return VolumeReader.ALL;
        }
        if (present.size() > 1 && !present.contains("test")) {
            throw new DataFileException(file.toString(), "has the arrays of " + present + "; choose one with --split");
        }
        if (present.isEmpty()) {
            throw new DataFileException(
                    file.toString(),
                    "has neither an array images nor test_images, val_images or train_images. Save the volumes with "
                            + "numpy.savez_compressed('volumes.npz', images=…)");
        }
        return present.getFirst();
    }

    private void requireShape(VolumeShape shape) {
        if (expected.shape().isPresent() && !expected.shape().get().equals(shape)) {
            throw new DataFileException(
                    file.toString(),
                    "has volumes of " + shape + ", but the model was trained on "
                            + expected.shape().get()
                            + " (channels, X, Y, Z). Resample them to the shape of the training, or accept another "
                            + "shape with --other-shape, if the nets can take it");
        }
    }

    private Labels labels(NpzFile npz, VolumeReader reader, String split) {
        FileOptions options =
                new FileOptions(expected.labelNames(), Optional.of(expected.task()), false, Optional.empty());
        List<String> splits = new ArrayList<>(List.of(split));
        if (expected.task() != Task.MULTI_LABEL && NameList.areNumbersFrom(1, expected.labelNames())) {
            // Labels may count from 0 all the same; a split that lacks the first class does not show it, others do.
            SPLITS.stream()
                    .filter(other -> !other.equals(split) && isLabelled(npz, other))
                    .forEach(splits::add);
        }
        List<Integer> counts = splits.stream().map(name -> count(npz, name)).toList();
        List<NpyArray> arrays = IntStream.range(0, splits.size())
                .mapToObj(s -> LabelReader.array(npz, splits.get(s), counts.get(s)))
                .toList();
        return LabelReader.read(reader.file(), splits, arrays, counts, options, notes);
    }

    private static boolean isLabelled(NpzFile npz, String split) {
        return npz.names().containsAll(List.of(VolumeReader.images(split), VolumeReader.labels(split)));
    }

    private static int count(NpzFile npz, String split) {
        return npz.read(VolumeReader.images(split), stream -> ImageLayout.of(stream.header(), stream.where()))
                .count();
    }

    /** Returns label 0, or no label of a multi-label task, for each volume. */
    private Labels unknown(int count) {
        int columns =
                expected.task() == Task.MULTI_LABEL ? expected.labelNames().size() : 1;
        return new Labels(expected.task(), expected.labelNames(), Collections.singletonList(new int[count][columns]));
    }

    /** Returns the window of the training, after checking that the values can be on its scale, or the user's own. */
    private Window window(VolumeReader reader, Optional<Window> given) {
        Window trained = expected.window().orElse(Window.BYTES);
        if (given.isPresent()) {
            if (!given.get().hasBoundsOf(trained)) {
                notes.accept("--window is " + given.get() + ", but the model was trained with " + trained);
            }
            WindowChoice.note(reader, given.get(), notes);
            return given.get();
        }
        boolean bytes = reader.kind(0) == NpyType.Kind.U1 || reader.kind(0) == NpyType.Kind.B1;
        boolean asTheyAre = trained.hasBoundsOf(Window.BYTES);
        VolumeReader.Values values = reader.values(0, bytes && asTheyAre);
        String problem = problem(values, bytes, trained);
        if (problem != null) {
            throw new DataFileException(
                    file.toString(),
                    "holds " + reader.kind(0).longName() + " values" + problem + ", but the model was trained on "
                            + (asTheyAre ? "values from 0 to 255" : "other values, with the window " + trained)
                            + ". Write the volumes on the scale of the training, or say which values become black and "
                            + "white with --window LO,HI");
        }
        return trained;
    }

    /** Returns why the values cannot be on the scale of a window, in words that follow "values"; null if they can. */
    private static @Nullable String problem(VolumeReader.Values values, boolean bytes, Window trained) {
        boolean varies = values.least() < values.greatest();
        if (values.isMask() && varies && trained.high() > 1) {
            return " that are only 0 and 1, like masks";
        }
        boolean fixedScale = trained.hasBoundsOf(Window.BYTES) || trained.hasBoundsOf(Window.MASK);
        boolean outside = fixedScale
                ? values.least() < trained.low() || values.greatest() > trained.high()
                : varies && (values.greatest() <= trained.low() || values.least() >= trained.high());
        if (outside) {
            return " from " + Window.shown(values.least()) + " to " + Window.shown(values.greatest());
        }
        return bytes && !trained.isWithin(0, 255) ? ", which are from 0 to 255" : null;
    }
}
