package dev.voxgrad.medmnist.data.check;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.data.FileOptions;
import dev.voxgrad.medmnist.data.ImageLayout;
import dev.voxgrad.medmnist.data.LabelReader;
import dev.voxgrad.medmnist.data.Labels;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.data.npz.NpyArray;
import dev.voxgrad.medmnist.data.npz.NpzFile;
import dev.voxgrad.medmnist.io.DataFileException;

/**
 * Looks through a file of volumes: at its arrays and labels, and on request at every value. An array that cannot be
 * read is one of the findings, so that the others are looked at all the same.
 */
public final class SetCheck {
    private static final List<String> SPLITS = List.of("train", "val", "test");
    private static final String REPAIR = "Training would end with this message";

    private final NpzFile npz;
    private final String file;
    private final FileOptions options;
    private final List<Finding> findings = new ArrayList<>();

    private SetCheck(NpzFile npz, String file, FileOptions options) {
        this.npz = npz;
        this.file = file;
        this.options = options;
    }

    /**
     * Describes a file by its headers and labels.
     *
     * @param options what the labels mean
     * @throws DataFileException if it is no archive of arrays
     */
    public static SetInfo describe(Path file, FileOptions options) {
        try (NpzFile npz = open(file)) {
            return new SetCheck(npz, file.toString(), options).info(false, progress -> {});
        }
    }

    /**
     * Looks at every value of a file.
     *
     * @param progress receives the part that is done, now and then
     * @throws DataFileException if it is no archive of arrays
     */
    public static SetInfo check(Path file, FileOptions options, Consumer<String> progress) {
        try (NpzFile npz = open(file)) {
            return new SetCheck(npz, file.toString(), options).info(true, progress);
        }
    }

    private static NpzFile open(Path file) {
        if (!Files.exists(file)) {
            throw new DataFileException(file.toString(), "no such file");
        }
        return NpzFile.open(file);
    }

    private SetInfo info(boolean check, Consumer<String> progress) {
        List<String> present = SPLITS.stream()
                .filter(split -> npz.names().contains(split + "_images"))
                .toList();
        if (present.isEmpty()) {
            throw new DataFileException(
                    file, "has none of the arrays train_images, val_images and test_images; it holds " + npz.names());
        }
        List<String> names = new ArrayList<>();
        List<ImageLayout> layouts = new ArrayList<>();
        List<SplitScan> scans = new ArrayList<>();
        for (String name : present) {
            ImageLayout layout = attempt(() -> {
                if (!check) {
                    return npz.read(name + "_images", stream -> ImageLayout.of(stream.header(), stream.where()));
                }
                SplitScan scan = SplitScan.of(npz, name, progress);
                scans.add(scan);
                return scan.layout();
            });
            if (layout != null) {
                names.add(name);
                layouts.add(layout);
            }
        }
        requireOneShape(names, layouts);
        Labels labels = attempt(() -> labels(names, layouts));
        if (!scans.isEmpty()) {
            findings.addAll(ValueCheck.of(scans));
            findings.addAll(DuplicateSearch.of(scans, labels));
        }
        if (check && labels != null) {
            findings.addAll(ClassCheck.of(names, labels));
        }
        findings.sort(Comparator.comparing(Finding::severity));
        return new SetInfo(
                file,
                splits(names, layouts, scans, labels),
                labels == null ? null : labels.task().officialName(),
                labels == null ? List.of() : labels.names(),
                check,
                List.copyOf(findings));
    }

    /** Returns what a reader gives; null and a finding if it refuses the file. */
    private <T> @Nullable T attempt(Supplier<@Nullable T> reader) {
        try {
            return reader.get();
        } catch (DataFileException e) {
            findings.add(Finding.error("unreadable", String.valueOf(e.getMessage()), REPAIR));
            return null;
        }
    }

    private void requireOneShape(List<String> names, List<ImageLayout> layouts) {
        for (int s = 1; s < names.size(); s++) {
            VolumeShape first = layouts.getFirst().shape();
            if (!layouts.get(s).shape().equals(first)) {
                findings.add(Finding.error(
                        "shape",
                        names.get(s) + " has volumes of " + layouts.get(s).shape() + " but " + names.getFirst()
                                + " has " + first,
                        "Crop, pad or resample all volumes to one shape"));
            }
        }
    }

    /** Returns the labels of the splits; null if none has any. */
    private @Nullable Labels labels(List<String> names, List<ImageLayout> layouts) {
        List<String> without = names.stream()
                .filter(name -> !npz.names().contains(name + "_labels"))
                .toList();
        if (!without.isEmpty()) {
            findings.add(Finding.warning(
                    "labels",
                    "no labels for " + String.join(", ", without),
                    "Add the arrays "
                            + String.join(
                                    ", ",
                                    without.stream()
                                            .map(name -> name + "_labels")
                                            .toList())
                            + " to train or evaluate on these splits"));
            return null;
        }
        if (names.isEmpty()) {
            return null;
        }
        List<NpyArray> arrays = IntStream.range(0, names.size())
                .mapToObj(
                        s -> LabelReader.array(npz, names.get(s), layouts.get(s).count()))
                .toList();
        List<Integer> counts = layouts.stream().map(ImageLayout::count).toList();
        return LabelReader.read(
                file,
                names,
                arrays,
                counts,
                options,
                note -> findings.add(Finding.warning("labels", note, "Say what they mean with --labels and --task")));
    }

    private static List<SetInfo.SplitInfo> splits(
            List<String> names, List<ImageLayout> layouts, List<SplitScan> scans, @Nullable Labels labels) {
        List<int[]> classes = labels == null ? List.of() : ClassCheck.counts(labels);
        return IntStream.range(0, names.size())
                .mapToObj(s -> {
                    VolumeShape shape = layouts.get(s).shape();
                    return new SetInfo.SplitInfo(
                            names.get(s),
                            layouts.get(s).count(),
                            shape.channels(),
                            List.of(shape.x(), shape.y(), shape.z()),
                            layouts.get(s).header().type().kind().longName(),
                            scans.isEmpty() ? null : scans.get(s).least(),
                            scans.isEmpty() ? null : scans.get(s).greatest(),
                            labels == null
                                    ? List.of()
                                    : IntStream.of(classes.get(s)).boxed().toList());
                })
                .toList();
    }
}
