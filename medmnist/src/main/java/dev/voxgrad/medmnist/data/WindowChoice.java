package dev.voxgrad.medmnist.data;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import dev.voxgrad.medmnist.data.npz.NpyType;
import dev.voxgrad.medmnist.io.DataFileException;

/**
 * Decides which window the volumes of a file are read with, if the user has not chosen one:
 *
 * <ul>
 * <li>Only zeros and ones in all splits: masks, with the window 0,1.
 * <li>Unsigned bytes, or other integers that are from 0 to 255 in train and val: 0,255.
 * <li>Other numbers: the range from the least to the greatest value in train and val. Values of test outside it are
 *     clamped: nothing is chosen by test, so that a file of test alone requires a window.
 * </ul>
 */
final class WindowChoice {
    private static final String TEST = "test";

    private final VolumeReader reader;
    private final Consumer<String> notes;

    private WindowChoice(VolumeReader reader, Consumer<String> notes) {
        this.reader = reader;
        this.notes = notes;
    }

    /**
     * Decides for a user's own file.
     *
     * @param notes receives a line if the values are not taken as they are
     * @throws DataFileException if all values are equal, or only some of the splits look like masks
     */
    static Window of(VolumeReader reader, Consumer<String> notes) {
        return new WindowChoice(reader, notes).choose();
    }

    /**
     * Takes the values of an official set as they are.
     *
     * @throws DataFileException if there are others than integers from 0 to 255
     */
    static Window ofOfficial(VolumeReader reader) {
        for (int split = 0; split < reader.size(); split++) {
            NpyType.Kind kind = reader.kind(split);
            if (kind == NpyType.Kind.U1) {
                continue;
            }
            VolumeReader.Values values = reader.values(split, false);
            if (!kind.isInteger() || values.least() < 0 || values.greatest() > 255) {
                throw new DataFileException(
                        reader.file(),
                        reader.split(split) + "_images: found " + kind.longName()
                                + " from " + Window.shown(values.least()) + " to " + Window.shown(values.greatest())
                                + ", expected integers from 0 to 255, as the official sets have. Other volumes are read with "
                                + "--npz instead of --flag");
            }
        }
        return Window.BYTES;
    }

    /** Says how a file is read with a window that was given. */
    static void note(VolumeReader reader, Window window, Consumer<String> notes) {
        boolean integers = true;
        for (int split = 0; split < reader.size(); split++) {
            integers &= reader.kind(split).isInteger();
        }
        if (!integers || !window.equals(Window.BYTES)) {
            notes.accept(reader.file() + ": values from " + Window.shown(window.low()) + " to "
                    + Window.shown(window.high()) + " are read as 0 to 1 (window " + window + ")");
        }
    }

    private Window choose() {
        boolean bytes = true;
        boolean integers = true;
        for (int split = 0; split < reader.size(); split++) {
            bytes &= reader.kind(split) == NpyType.Kind.U1 || reader.kind(split) == NpyType.Kind.B1;
            integers &= reader.kind(split).isInteger();
            if (reader.kind(split).isInteger() != reader.kind(0).isInteger()) {
                throw new DataFileException(
                        reader.file(),
                        reader.split(0) + "_images is " + reader.kind(0).longName()
                                + " but " + reader.split(split) + "_images "
                                + reader.kind(split).longName() + ", which may "
                                + "mean two scales. Write all splits with one type, or say which values become black and "
                                + "white: --window LO,HI");
            }
        }
        List<VolumeReader.Values> values = new ArrayList<>();
        for (int split = 0; split < reader.size(); split++) {
            values.add(reader.values(split, bytes));
        }
        if (values.stream().allMatch(VolumeReader.Values::isMask)) {
            notes.accept(reader.file() + ": volumes hold only 0 and 1: read as masks (window " + Window.MASK + ")");
            return Window.MASK;
        }
        refuseSomeMasks(values);
        return bytes ? Window.BYTES : byRange(values, integers);
    }

    /** Masks as 0 and 1 next to volumes up to 255 would be all but black. */
    private void refuseSomeMasks(List<VolumeReader.Values> values) {
        for (int mask = 0; mask < values.size(); mask++) {
            if (values.get(mask).isMask()
                    && values.get(mask).least() < values.get(mask).greatest()) {
                int other = 0;
                while (values.get(other).isMask()) {
                    other++;
                }
                throw new DataFileException(
                        reader.file(),
                        reader.split(mask) + "_images holds only 0 and 1, like "
                                + "masks, but " + reader.split(other)
                                + "_images holds other values. Write all splits on one "
                                + "scale, or say which values become black and white: --window " + Window.MASK
                                + " for masks, --window " + Window.BYTES + " to take the numbers as they are");
            }
        }
    }

    private Window byRange(List<VolumeReader.Values> values, boolean integers) {
        boolean hasTest = reader.split(values.size() - 1).equals(TEST);
        List<VolumeReader.Values> deciding = values.subList(0, hasTest ? values.size() - 1 : values.size());
        if (deciding.isEmpty()) {
            throw new DataFileException(
                    reader.file(),
                    "test_images is " + reader.kind(0).longName()
                            + ", and there are no train and val whose range could decide how it is read. Name the "
                            + "window of the training with --window LO,HI; its run.json records it");
        }
        double least =
                deciding.stream().mapToDouble(VolumeReader.Values::least).min().orElseThrow();
        double greatest = deciding.stream()
                .mapToDouble(VolumeReader.Values::greatest)
                .max()
                .orElseThrow();
        if (least == greatest) {
            throw new DataFileException(
                    reader.file(),
                    "all voxels of train and val are " + Window.shown(least)
                            + "; expected volumes in which something can be seen");
        }
        boolean asTheyAre = integers && least >= 0 && greatest <= 255;
        Window window = asTheyAre ? Window.BYTES : window(least, greatest);
        VolumeReader.Values test = values.getLast(); // if that is another split, none of its values are outside
        boolean clamps = test.least() < window.low() || test.greatest() > window.high();
        if (!asTheyAre || clamps) {
            notes.accept(reader.file() + ": " + reader.kind(0).longName() + " values from "
                    + Window.shown(window.low()) + " to " + Window.shown(window.high()) + " are read as 0 to 1"
                    + (asTheyAre ? "" : ", the range of train and val; --window LO,HI chooses another")
                    + (clamps
                            ? "; values of test outside it, from " + Window.shown(test.least()) + " to "
                                    + Window.shown(test.greatest()) + ", are clamped"
                            : ""));
        }
        return window;
    }

    private Window window(double least, double greatest) {
        try {
            return new Window(least, greatest);
        } catch (IllegalArgumentException e) {
            throw new DataFileException(
                    reader.file(),
                    "values go from " + least + " to " + greatest
                            + ", too far apart to be volumes. Say which become black and white with --window LO,HI",
                    e);
        }
    }
}
