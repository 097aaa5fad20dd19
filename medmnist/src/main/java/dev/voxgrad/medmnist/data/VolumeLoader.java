package dev.voxgrad.medmnist.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Loads data sets in MedMNIST's layout: a {@code .npz} with {@code train_images}, {@code train_labels} and the
 * same for val and test. Images are (N,S,S,S) or (N,S,S,S,3) integers from 0 to 255; labels are (N) or (N,1)
 * class numbers, or (N,L) zeros and ones.
 */
public final class VolumeLoader {
    private static final List<String> SPLITS = List.of("train", "val", "test");
    /** More classes than this are taken for labels that do not count classes. */
    private static final int MOST_CLASSES = 1000;

    private VolumeLoader() {}

    /** Where the data of MedMNIST's Python package lies: {@code ~/.medmnist}. */
    public static Path defaultRoot() {
        return Path.of(System.getProperty("user.home"), ".medmnist");
    }

    /**
     * Loads an official set.
     *
     * @param root folder that holds the file
     * @param size edge length, 28 or 64
     * @param warner is given one line if the file is not the official one; it is used all the same
     */
    public static VolumeData load(DatasetInfo info, Path root, int size, Consumer<String> warner) {
        DatasetInfo.Source source = info.source(size);
        Path file = root.resolve(source.fileName());
        if (!Files.exists(file)) {
            throw new DataFileException(file.toString(), "no such file. Name its folder with --root, fetch it with "
                    + "'medmnist download --flag " + info.flag() + " --size " + size + " --root " + root + "', or "
                    + placeByHand(source, file));
        }
        Raw raw = Raw.read(file);
        if (raw.multiLabel()) {
            throw new DataFileException(file.toString(), "has several labels per volume; expected one, as "
                    + info.pythonClass() + " has");
        }
        VolumeData data = new VolumeData(info.flag(), info.description(), info.task(), info.labelNames(),
                info.zNormalized(), false, Optional.of(raw.md5), raw.split(0), raw.split(1), raw.split(2));
        warnIfUnofficial(info, source, file, data, warner);
        return data;
    }

    /** The sentence that tells a person without a network what to do. */
    static String placeByHand(DatasetInfo.Source source, Path file) {
        return "place it by hand: download " + source.address() + " (MD5 " + source.md5() + ") to "
                + file.toAbsolutePath();
    }

    private static void warnIfUnofficial(DatasetInfo info, DatasetInfo.Source source, Path file, VolumeData data,
            Consumer<String> warner) {
        List<String> differences = new ArrayList<>();
        if (!source.md5().equals(data.md5().orElseThrow())) {
            differences.add("MD5 " + data.md5().orElseThrow() + " instead of " + source.md5());
        }
        DatasetInfo.Counts counts =
                new DatasetInfo.Counts(data.train().size(), data.val().size(), data.test().size());
        if (!counts.equals(info.counts())) {
            differences.add("train/val/test counts " + counts + " instead of " + info.counts());
        }
        VolumeShape shape = new VolumeShape(info.channels(), source.size());
        if (!shape.equals(data.shape())) {
            differences.add("volumes of " + data.shape() + " instead of " + shape);
        }
        if (!differences.isEmpty()) {
            warner.accept(file + " is not the official file (" + String.join(", ", differences) + "); using it");
        }
    }

    /**
     * Loads anyone's own volumes. Two classes make a binary task, more a multi-class one; several labels per
     * volume a multi-label one. Volumes are z-normalised.
     *
     * @param labelNames names of the classes in order of their value; empty to take the numbers in the file
     */
    public static VolumeData loadFile(Path file, List<String> labelNames) {
        if (!Files.exists(file)) {
            throw new DataFileException(file.toString(), "no such file; name the right one with --npz");
        }
        Raw raw = Raw.read(file);
        List<String> names = labelNames.isEmpty() ? raw.numberedNames() : labelNames;
        if (names.size() < 2 && !raw.multiLabel()) {
            throw new DataFileException(file.toString(), "has the class " + names + " only; expected at least two");
        }
        Task task = raw.multiLabel() ? Task.MULTI_LABEL : names.size() == 2 ? Task.BINARY : Task.MULTI_CLASS;
        return new VolumeData(file.getFileName().toString(), "Volumes of the file " + file.getFileName() + ".", task,
                names, true, false, Optional.of(raw.md5), raw.split(0), raw.split(1), raw.split(2));
    }

    /** The six arrays of a file, checked one by one but not yet against a task. */
    private record Raw(Path file, String md5, List<NpyArray> images, List<NpyArray> labels) {
        static Raw read(Path file) {
            List<NpyArray> images = new ArrayList<>();
            List<NpyArray> labels = new ArrayList<>();
            try (NpzFile npz = NpzFile.open(file)) {
                for (String split : SPLITS) {
                    images.add(npz.read(split + "_images"));
                    labels.add(npz.read(split + "_labels"));
                }
            }
            Raw raw = new Raw(file, Md5.of(file), images, labels);
            for (int i = 0; i < SPLITS.size(); i++) {
                raw.check(i);
            }
            return raw;
        }

        private void check(int i) {
            int[] imageShape = images.get(i).shape();
            int[] labelShape = labels.get(i).shape();
            boolean cubes = imageShape.length >= 4 && imageShape[1] == imageShape[2] && imageShape[2] == imageShape[3]
                    && (imageShape.length == 4 || imageShape.length == 5 && (imageShape[4] == 1 || imageShape[4] == 3));
            if (!cubes) {
                throw wrong(i, "_images", images.get(i), "cubes as (N,S,S,S), or (N,S,S,S,3) with channels last");
            }
            boolean integers = images.get(i).type().kind().isInteger() && labels.get(i).type().kind().isInteger();
            if (!integers || labelShape.length < 1 || labelShape.length > 2) {
                throw wrong(i, "_images and _labels", images.get(i) + " and " + labels.get(i),
                        "integers from 0 to 255, and integer labels as (N), (N,1) or (N,L)");
            }
            if (imageShape[0] == 0 || imageShape[1] == 0 || labelShape.length == 2 && labelShape[1] == 0) {
                throw wrong(i, "_images and _labels", images.get(i) + " and " + labels.get(i),
                        "at least one volume, voxel and label");
            }
            if (imageShape[0] != labelShape[0]) {
                throw wrong(i, "_images and _labels", imageShape[0] + " volumes and " + labelShape[0] + " labels",
                        "as many labels as volumes");
            }
            if (columns(i) != columns(0)) {
                throw wrong(i, "_labels", labels.get(i), "as many labels per volume as in train, " + columns(0));
            }
        }

        private DataFileException wrong(int i, String array, Object found, String expected) {
            return new DataFileException(file.toString(),
                    SPLITS.get(i) + array + ": found " + found + ", expected " + expected);
        }

        private int columns(int i) {
            int[] shape = labels.get(i).shape();
            return shape.length == 1 ? 1 : shape[1];
        }

        boolean multiLabel() {
            return columns(0) > 1;
        }

        /** 0, 1, … up to the largest label of all splits, or one per column of a multi-label file. */
        List<String> numberedNames() {
            int count = multiLabel() ? columns(0) : largestLabel() + 1;
            return IntStream.range(0, count).mapToObj(String::valueOf).toList();
        }

        private int largestLabel() {
            int largest = 0;
            for (int i = 0; i < SPLITS.size(); i++) {
                largest = Math.max(largest, Arrays.stream(labelValues(i)).max().orElseThrow());
            }
            if (largest >= MOST_CLASSES) {
                throw new DataFileException(file.toString(), "has label " + largest + "; expected labels "
                        + "that count classes from 0, at most " + (MOST_CLASSES - 1) + ". Renumber them");
            }
            return largest;
        }

        Split split(int i) {
            int[] imageShape = images.get(i).shape();
            VolumeShape shape = new VolumeShape(imageShape.length == 5 ? imageShape[4] : 1, imageShape[1]);
            int[] values = labelValues(i);
            if (!multiLabel()) {
                return Split.of(SPLITS.get(i), shape, voxels(i), values);
            }
            int[][] rows = new int[imageShape[0]][];
            for (int n = 0; n < rows.length; n++) {
                rows[n] = Arrays.copyOfRange(values, n * columns(i), (n + 1) * columns(i));
            }
            return Split.ofMultiLabel(SPLITS.get(i), shape, voxels(i), rows);
        }

        private int[] labelValues(int i) {
            try {
                return labels.get(i).toInts();
            } catch (ArithmeticException e) {
                throw new DataFileException(file.toString(),
                        SPLITS.get(i) + "_labels holds a number beyond 32 bits; expected class numbers from 0", e);
            }
        }

        private byte[] voxels(int i) {
            NpyArray array = images.get(i);
            if (array.type().kind() == NpyType.Kind.U1) {
                return array.bytes();
            }
            byte[] voxels = new byte[array.count()];
            for (int v = 0; v < voxels.length; v++) {
                double value = array.getDouble(v);
                if (value < 0 || value > 255) {
                    int volume = v / (voxels.length / array.shape()[0]);
                    throw wrong(i, "_images", String.format(Locale.ROOT, "%.0f in volume %d", value, volume),
                            "0 to 255");
                }
                voxels[v] = (byte) (int) value;
            }
            return voxels;
        }
    }
}
