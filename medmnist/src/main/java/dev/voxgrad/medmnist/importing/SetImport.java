package dev.voxgrad.medmnist.importing;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.IntStream;

import dev.voxgrad.medmnist.data.npz.NpyType;
import dev.voxgrad.medmnist.data.npz.NpzOutput;
import dev.voxgrad.medmnist.io.AtomicFile;
import dev.voxgrad.medmnist.io.DataException;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.io.Tasks;

/**
 * Makes a set from a folder of scans: looks at all headers, prepares the volumes on all cores, and writes {@code
 * SET.npz} and {@code SET.json}. Finished volumes are kept until the set is written, so that an interrupted import
 * continues. The files do not depend on the number of cores, nor on interruptions.
 */
public final class SetImport {
    /** After so many scans that cannot be read, something is wrong with all of them. */
    private static final int MOST_FAILURES = 20;
    /** Memory that a scan takes while it is prepared, in multiples of its values as float32. */
    private static final int COPIES = 3;

    private final ImportRequest request;
    private final List<TableRow> rows;
    private final List<Path> files;
    private final List<SetSplit> splits;
    private final Inspection inspection;
    private final PrepareSettings settings;

    private SetImport(ImportRequest request, List<Path> files, List<SetSplit> splits, Inspection inspection) {
        this.request = request;
        this.rows = request.table().rows();
        this.files = files;
        this.splits = splits;
        this.inspection = inspection;
        this.settings = new PrepareSettings(
                request.size(),
                request.window().toString(),
                request.spacing(),
                request.nanAs(),
                inspection.type(),
                inspection.channels());
    }

    /** Follows an import. */
    public interface Listener {
        /**
         * Reports the start.
         *
         * @param finished volumes that an earlier import has left
         * @param work values of all scans that remain
         */
        void started(int finished, int all, long work);

        /** Reports a finished volume; several threads call it. */
        void volumeDone(long work);

        /** Reports something that the user should know; several threads call it. */
        void warning(String text);
    }

    /**
     * Checks a request without reading any voxels.
     *
     * @throws DataException if files are missing, a header cannot be used, or the output exists
     */
    public static SetImport plan(ImportRequest request) {
        Path json = SetDescription.fileOf(request.out());
        boolean continues = Files.isDirectory(ImportJournal.folderOf(request.out()));
        for (Path file : continues ? List.of(request.out()) : List.of(request.out(), json)) {
            if (Files.exists(file)) {
                throw new DataFileException(file.toString(), "exists; remove it, or choose another name with --out");
            }
        }
        AtomicFile.requireWritable(request.out());
        List<SetSplit> splits = request.parts().isEmpty()
                ? PatientSplit.ofTable(request.table())
                : new PatientSplit(request.parts(), request.seed())
                        .divide(request.table().rows());
        List<Path> files = request.table().files(request.images());
        return new SetImport(request, files, splits, Inspection.of(files, request.window()));
    }

    /** Returns the settings with which every scan is prepared. */
    public PrepareSettings settings() {
        return settings;
    }

    /** Returns the number of volumes of a class, or with a label, in a split. */
    public int count(SetSplit split, int label) {
        return (int) IntStream.range(0, rows.size())
                .filter(i -> splits.get(i) == split && has(rows.get(i).label(), label))
                .count();
    }

    private static boolean has(List<Integer> labels, int label) {
        return labels.size() == 1 ? labels.getFirst() == label : labels.get(label) == 1;
    }

    /** Returns the number of volumes in a split. */
    public int count(SetSplit split) {
        return (int) splits.stream().filter(split::equals).count();
    }

    /**
     * Prepares all volumes and writes the set.
     *
     * @throws DataException if scans cannot be read; the others are kept for the next import
     */
    public void run(Listener listener) {
        long unnamed = ScanFolder.unnamed(request.images(), files);
        if (unnamed > 0) {
            listener.warning(request.images() + " contains " + unnamed
                    + " scans that the table does not name; they are left out");
        }
        try (ImportJournal journal = ImportJournal.open(request.out(), settings)) {
            prepare(journal, listener);
            write(journal);
            journal.remove();
        }
    }

    private void prepare(ImportJournal journal, Listener listener) {
        List<Integer> open = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            if (journal.finished(rows.get(i).file(), files.get(i)) == null) {
                open.add(i);
            }
        }
        int all = rows.size();
        listener.started(
                all - open.size(),
                all,
                open.stream().mapToLong(i -> inspection.values()[i]).sum());
        ScanPreparer preparer = new ScanPreparer(settings);
        Map<Integer, DataException> failures = new ConcurrentSkipListMap<>();
        Tasks.run(open.size(), threads(), task -> {
            int i = open.get(task);
            try {
                if (failures.size() < MOST_FAILURES) {
                    PreparedVolume volume = preparer.prepare(files.get(i));
                    journal.add(rows.get(i).file(), files.get(i), volume);
                    listener.volumeDone(inspection.values()[i]);
                    warnIfBlank(volume, i, listener);
                }
            } catch (DataException e) {
                failures.put(i, e);
            }
        });
        if (!failures.isEmpty()) {
            throw failed(new TreeMap<>(failures));
        }
    }

    private void warnIfBlank(PreparedVolume volume, int i, Listener listener) {
        if (volume.isBlank()) {
            listener.warning(files.get(i) + ": all voxels of its volume are equal; check the scan and --window");
        }
    }

    private static DataException failed(TreeMap<Integer, DataException> failures) {
        DataException first = failures.firstEntry().getValue();
        return failures.size() == 1
                ? first
                : new DataException(
                        first.getMessage() + " (and " + (failures.size() - 1)
                                + " more scans cannot be used; the others are kept)",
                        first);
    }

    /** Returns on how many cores the memory suffices for scans. */
    private int threads() {
        long largest = Arrays.stream(inspection.values()).max().orElse(1);
        long fitting = Runtime.getRuntime().maxMemory() / 2 / (COPIES * Float.BYTES * largest);
        return Math.clamp(fitting, 1, Runtime.getRuntime().availableProcessors());
    }

    private void write(ImportJournal journal) {
        AtomicFile.write(
                SetDescription.fileOf(request.out()), description(journal).toJson());
        AtomicFile.write(request.out(), out -> {
            try (NpzOutput npz = new NpzOutput(out)) {
                for (SetSplit split : SetSplit.values()) {
                    write(split, journal, npz);
                }
            }
        });
    }

    /** Writes the images and labels of a split; nothing if it is empty. */
    private void write(SetSplit split, ImportJournal journal, NpzOutput npz) throws IOException {
        List<TableRow> members = rows(split);
        if (members.isEmpty()) {
            return;
        }
        int[] shape = settings.arrayShape(members.size());
        npz.add(split.flag() + "_images", settings.type().npyType(), shape, out -> {
            for (TableRow row : members) {
                journal.copy(row.file(), out);
            }
        });
        int[] labelShape = {members.size(), members.getFirst().label().size()};
        boolean bytes = request.table().labelNames().size() <= 256;
        npz.add(
                split.flag() + "_labels",
                bytes ? NpyType.UINT8 : StoredType.INT16.npyType(),
                labelShape,
                out -> writeLabels(members, bytes, out));
    }

    private static void writeLabels(List<TableRow> members, boolean bytes, OutputStream out) throws IOException {
        for (TableRow row : members) {
            for (int label : row.label()) {
                out.write(label);
                if (!bytes) {
                    out.write(label >> 8);
                }
            }
        }
    }

    private List<TableRow> rows(SetSplit split) {
        return IntStream.range(0, rows.size())
                .filter(i -> splits.get(i) == split)
                .mapToObj(rows::get)
                .toList();
    }

    private SetDescription description(ImportJournal journal) {
        String parts =
                String.join(",", request.parts().stream().map(String::valueOf).toList());
        return new SetDescription(
                SetDescription.VERSION,
                settings,
                request.parts().isEmpty() ? "column" : parts,
                request.seed(),
                request.table().labelNames(),
                origins(SetSplit.TRAIN, journal),
                origins(SetSplit.VAL, journal),
                origins(SetSplit.TEST, journal));
    }

    private List<VolumeOrigin> origins(SetSplit split, ImportJournal journal) {
        return rows(split).stream()
                .map(row -> journal.origin(row.file()).of(row))
                .toList();
    }
}
