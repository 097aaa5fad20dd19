package dev.voxgrad.medmnist.importing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Passes files to the import's readers, for the fuzzer. */
public final class ImportReaders {
    private static final ScanPreparer PREPARER =
            new ScanPreparer(new PrepareSettings(List.of(8, 9, 10), "percentile", null, 0.0, StoredType.UINT8, 1));

    private ImportReaders() {}

    /** Reads a scan and makes a volume from its channels. */
    public static void readScan(Path file) {
        int channels = Scan.read(file).channels().length;
        if (channels == 1) {
            PREPARER.prepare(file);
        }
    }

    /** Reads a header, next to which are the voxels of a pair. */
    public static void readPair(Path header) throws IOException {
        Files.write(header.resolveSibling(header.getFileName().toString().replace(".hdr", ".img")), new byte[4000]);
        readScan(header);
    }

    /** Reads a table and divides its lines. */
    public static void readTable(Path file) {
        LabelTable table = LabelTable.read(file, TableColumns.DEFAULT, List.of());
        new PatientSplit(List.of(7, 1, 2), 1).divide(table.rows());
        if (table.hasSplits()) {
            PatientSplit.ofTable(table);
        }
    }
}
