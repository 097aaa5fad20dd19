package dev.voxgrad.medmnist.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.data.npz.NpyArray;
import dev.voxgrad.medmnist.data.npz.NpzFile;
import dev.voxgrad.medmnist.io.DataException;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.io.FileStamp;
import dev.voxgrad.medmnist.io.Home;
import dev.voxgrad.medmnist.io.Md5;
import dev.voxgrad.medmnist.text.ShellWords;

/**
 * Loads data sets in MedMNIST's layout: a {@code .npz} with {@code train_images}, {@code train_labels} and the same for
 * val and test, each of which may be missing. {@link ImageLayout} says what shapes images may have,
 * {@link WindowChoice} how their values become grey, and {@link LabelReader} what labels may be.
 */
public final class VolumeLoader {
    private static final List<String> SPLITS = List.of("train", "val", "test");

    private VolumeLoader() {}

    /**
     * Returns the folder that MedMNIST's Python package keeps its data in: {@code ~/.medmnist}.
     *
     * @throws DataException if there is no home folder
     */
    public static Path defaultRoot() {
        return Home.folder()
                .orElseThrow(
                        () -> new DataException(
                                "the official files are in the home folder, and there "
                                        + "is none: HOME is not set, and the system does not know this user. Name their folder with --root"))
                .resolve(".medmnist");
    }

    /**
     * Loads an official set.
     *
     * @param root folder that holds the file
     * @param size edge length, 28 or 64
     * @param skipBlank whether blank volumes are tolerated, see {@link Split#withBlankSkipped}
     * @param preparation how volumes become what a net takes
     * @param loading is given a line if the file is not the official one, which is used all the same
     */
    public static VolumeData load(
            DatasetInfo info, Path root, int size, boolean skipBlank, Preparation preparation, Loading loading) {
        DatasetInfo.Source source = info.source(size);
        Path file = root.resolve(source.fileName());
        if (!Files.exists(file)) {
            throw new DataFileException(
                    file.toString(),
                    "no such file. Name its folder with --root, fetch it with "
                            + "'medmnist download --flag " + info.flag() + " --size " + size + " --root "
                            + ShellWords.quote(root) + "', or "
                            + placeByHand(source, file));
        }
        FileOptions options = new FileOptions(info.labelNames(), Optional.of(info.task()), skipBlank, Optional.empty());
        boolean zNormalized = preparation.normalise().applies(info.zNormalized());
        Contents contents = Contents.read(file, options, skipBlank && zNormalized, WindowChoice::ofOfficial, loading);
        VolumeData data = new VolumeData(
                info.flag(),
                info.description(),
                info.task(),
                info.labelNames(),
                zNormalized,
                false,
                Optional.of(contents.md5()),
                contents.split("train"),
                contents.split("val"),
                contents.split("test"),
                Optional.empty(),
                preparation);
        warnIfUnofficial(info, source, file, data, loading.notes());
        return data;
    }

    /** Returns the sentence that says what to do without a network. */
    public static String placeByHand(DatasetInfo.Source source, Path file) {
        return "place it by hand: download " + source.address() + " (MD5 " + source.md5() + ") to "
                + file.toAbsolutePath();
    }

    private static void warnIfUnofficial(
            DatasetInfo info, DatasetInfo.Source source, Path file, VolumeData data, Consumer<String> warner) {
        List<String> differences = new ArrayList<>();
        if (!source.md5().equals(data.md5().orElseThrow())) {
            differences.add("MD5 " + data.md5().orElseThrow() + " instead of " + source.md5());
        }
        if (!data.counts().equals(info.counts().toString())) {
            differences.add("train/val/test counts " + data.counts() + " instead of " + info.counts());
        }
        VolumeShape shape = new VolumeShape(info.channels(), source.size());
        if (!shape.equals(data.storedShape())) {
            differences.add("volumes of " + data.storedShape() + " instead of " + shape);
        }
        if (!differences.isEmpty()) {
            warner.accept(file + " is not the official file (" + String.join(", ", differences) + "); using it");
        }
    }

    /** Loads an official set as the original study prepared it. */
    public static VolumeData load(DatasetInfo info, Path root, int size, boolean skipBlank, Consumer<String> notes) {
        return load(info, root, size, skipBlank, Preparation.STUDY, Loading.of(notes));
    }

    /** Loads anyone's own volumes as the original study would prepare them: z-normalised. */
    public static VolumeData loadFile(Path file, FileOptions options, Consumer<String> notes) {
        return loadFile(file, options, Preparation.STUDY, Loading.of(notes));
    }

    /**
     * Loads anyone's own volumes. Two classes make a binary task, more a multi-class one; several independent labels
     * per volume a multi-label one, see {@link LabelReader}.
     *
     * @param preparation how volumes become what a net takes; as in the study, they are z-normalised
     * @param loading is given a line for each reading of labels and voxels that the user should know about
     */
    public static VolumeData loadFile(Path file, FileOptions options, Preparation preparation, Loading loading) {
        if (!Files.exists(file)) {
            throw new DataFileException(file.toString(), "no such file; name the right one with --npz");
        }
        boolean zNormalized = preparation.normalise().applies(true);
        Contents contents = Contents.read(
                file,
                options,
                options.skipBlank() && zNormalized,
                reader -> window(reader, options, loading.notes()),
                loading);
        return new VolumeData(
                file.getFileName().toString(),
                "Volumes of the file " + file.getFileName() + ".",
                contents.labels().task(),
                contents.labels().names(),
                zNormalized,
                false,
                Optional.of(contents.md5()),
                contents.split("train"),
                contents.split("val"),
                contents.split("test"),
                Optional.of(contents.window()),
                preparation);
    }

    private static Window window(VolumeReader reader, FileOptions options, Consumer<String> notes) {
        reader.reading().ifPresent(reading -> notes.accept(reader.file() + ": " + reading));
        options.window().ifPresent(window -> WindowChoice.note(reader, window, notes));
        return options.window().orElseGet(() -> WindowChoice.of(reader, notes));
    }

    /** What is in a file: its sum, its splits in order, and the window that their voxels were read with. */
    private record Contents(String md5, Labels labels, List<Split> splits, Window window) {
        /**
         * Reads all arrays.
         *
         * @param windowOf decides the window once the arrays' types and shapes are known
         */
        static Contents read(
                Path file,
                FileOptions options,
                boolean skipBlank,
                Function<VolumeReader, Window> windowOf,
                Loading loading) {
            try (NpzFile npz = NpzFile.open(file)) {
                FileStamp stamp = FileStamp.of(file);
                List<String> names = names(npz, loading.requirement(), file);
                VolumeReader reader = VolumeReader.open(npz, stamp, names);
                Labels labels = labels(npz, reader, names, options, loading.notes());
                Window window = windowOf.apply(reader);
                List<Voxels> voxels = reader.read(window, loading.cache(), loading.notes());
                List<Split> splits = new ArrayList<>();
                for (int i = 0; i < names.size(); i++) {
                    Split split = labels.split(i, names.get(i), reader.shape(), voxels.get(i));
                    splits.add(skipBlank ? split.withBlankSkipped() : split);
                }
                String md5 = Md5.of(file);
                stamp.requireUnchanged();
                return new Contents(md5, labels, splits, window);
            }
        }

        /** Returns the names of the splits of which the file has an array, or all if it has none. */
        private static List<String> names(NpzFile npz, Requirement requirement, Path file) {
            List<String> names = SPLITS.stream()
                    .filter(split -> npz.names().contains(VolumeReader.images(split))
                            || npz.names().contains(VolumeReader.labels(split)))
                    .toList();
            if (names.isEmpty()) {
                return SPLITS; // reading the first one is an error that lists what is there
            }
            requirement.check(names, file.toString());
            return names;
        }

        /** Reads what the label arrays mean. */
        private static Labels labels(
                NpzFile npz, VolumeReader reader, List<String> names, FileOptions options, Consumer<String> notes) {
            List<NpyArray> arrays = new ArrayList<>();
            List<Integer> counts = new ArrayList<>();
            for (int i = 0; i < names.size(); i++) {
                counts.add(reader.count(i));
                arrays.add(LabelReader.array(npz, names.get(i), reader.count(i)));
            }
            return LabelReader.read(reader.file(), names, arrays, counts, options, notes);
        }

        /** Returns the split of that name, or null. */
        @Nullable
        Split split(String name) {
            return splits.stream()
                    .filter(split -> split.name().equals(name))
                    .findFirst()
                    .orElse(null);
        }
    }
}
