package dev.voxgrad.medmnist.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Loads data sets in MedMNIST's layout: a {@code .npz} with {@code train_images}, {@code train_labels} and the
 * same for val and test. Images are (N,S,S,S) or (N,S,S,S,3) integers from 0 to 255; {@link LabelReader} says what
 * labels may be.
 */
public final class VolumeLoader {
    private static final List<String> SPLITS = List.of("train", "val", "test");

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
     * @param skipBlank whether blank volumes are tolerated, see {@link Split#withBlankSkipped}
     * @param warner is given one line if the file is not the official one; it is used all the same
     */
    public static VolumeData load(DatasetInfo info, Path root, int size, boolean skipBlank, Consumer<String> warner) {
        DatasetInfo.Source source = info.source(size);
        Path file = root.resolve(source.fileName());
        if (!Files.exists(file)) {
            throw new DataFileException(file.toString(), "no such file. Name its folder with --root, fetch it with "
                    + "'medmnist download --flag " + info.flag() + " --size " + size + " --root " + root + "', or "
                    + placeByHand(source, file));
        }
        Raw raw = Raw.read(file);
        Labels labels = raw.labels(
                new FileOptions(info.labelNames(), Optional.of(info.task()), skipBlank), warner);
        boolean skip = skipBlank && info.zNormalized();
        VolumeData data = new VolumeData(info.flag(), info.description(), info.task(), info.labelNames(),
                info.zNormalized(), false, Optional.of(raw.md5), raw.split(0, labels, skip),
                raw.split(1, labels, skip), raw.split(2, labels, skip));
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
     * Loads anyone's own volumes. Two classes make a binary task, more a multi-class one; several independent labels per
     * volume a multi-label one, see {@link LabelReader}. Volumes are z-normalised.
     *
     * @param warner is given a line for each reading of the labels that the user should know about
     */
    public static VolumeData loadFile(Path file, FileOptions options, Consumer<String> warner) {
        if (!Files.exists(file)) {
            throw new DataFileException(file.toString(), "no such file; name the right one with --npz");
        }
        Raw raw = Raw.read(file);
        Labels labels = raw.labels(options, warner);
        boolean skipBlank = options.skipBlank();
        return new VolumeData(file.getFileName().toString(), "Volumes of the file " + file.getFileName() + ".",
                labels.task(), labels.names(), true, false, Optional.of(raw.md5), raw.split(0, labels, skipBlank),
                raw.split(1, labels, skipBlank), raw.split(2, labels, skipBlank));
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
            boolean cubes = imageShape.length >= 4 && imageShape[1] == imageShape[2] && imageShape[2] == imageShape[3]
                    && (imageShape.length == 4 || imageShape.length == 5 && (imageShape[4] == 1 || imageShape[4] == 3));
            if (!cubes) {
                throw wrong(i, "_images", images.get(i), "cubes as (N,S,S,S), or (N,S,S,S,3) with channels last");
            }
            if (!images.get(i).type().kind().isInteger()) {
                throw wrong(i, "_images", images.get(i), "integers from 0 to 255");
            }
            if (imageShape[0] == 0 || imageShape[1] == 0) {
                throw wrong(i, "_images", images.get(i), "at least one volume and voxel");
            }
        }

        private DataFileException wrong(int i, String array, Object found, String expected) {
            return new DataFileException(file.toString(),
                    SPLITS.get(i) + array + ": found " + found + ", expected " + expected);
        }

        /** What the label arrays mean. */
        Labels labels(FileOptions options, Consumer<String> notes) {
            return LabelReader.read(file.toString(), SPLITS, labels,
                    images.stream().map(array -> array.shape()[0]).toList(), options, notes);
        }

        Split split(int i, Labels read, boolean skipBlank) {
            int[] imageShape = images.get(i).shape();
            VolumeShape shape = new VolumeShape(imageShape.length == 5 ? imageShape[4] : 1, imageShape[1]);
            Split split = read.split(i, SPLITS.get(i), shape, voxels(i));
            return skipBlank ? split.withBlankSkipped() : split;
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
