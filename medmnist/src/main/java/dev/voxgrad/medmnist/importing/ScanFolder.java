package dev.voxgrad.medmnist.importing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.voxgrad.medmnist.io.AtomicFile;
import dev.voxgrad.medmnist.io.DataException;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.io.TextFile;
import dev.voxgrad.medmnist.nifti.NiftiFile;

/** Finds the scans in a folder, and says what to do if it contains others than can be read. */
public final class ScanFolder {
    private static final int MOST_SHOWN = 3;
    /** Files that are looked into for DICOM: a folder of slices has nothing else. */
    private static final int MOST_LOOKED_INTO = 20;

    private static final int DICOM_MARK_AT = 128;

    private ScanFolder() {}

    /** Returns whether a file can be read as a scan, by its name. */
    public static boolean isScan(Path file) {
        return NiftiFile.isNamedAsScan(file) || Scan.isArray(file);
    }

    /**
     * Returns the scans directly in a folder, sorted by name; of a pair only the header.
     *
     * @throws DataFileException if there are none
     */
    public static List<Path> list(Path folder) {
        requireFolder(folder);
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> scans = files.filter(ScanFolder::isScan)
                    .filter(file -> !isVoxelsOfPair(file))
                    .sorted()
                    .toList();
            if (scans.isEmpty()) {
                throw new DataFileException(folder.toString(), "contains no scans" + advice(folder));
            }
            return scans;
        } catch (IOException e) {
            throw new DataFileException(folder.toString(), "cannot be read: " + AtomicFile.describe(e), e);
        }
    }

    private static boolean isVoxelsOfPair(Path file) {
        return file.toString().toLowerCase(Locale.ROOT).matches(".*\\.img(\\.gz)?");
    }

    private static void requireFolder(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new DataFileException(
                    folder.toString(), Files.exists(folder) ? "is not a folder" + advice(folder) : "no such folder");
        }
    }

    static List<Path> files(Path images, List<TableRow> rows) {
        requireFolder(images);
        List<Path> files = new ArrayList<>();
        List<TableRow> missing = new ArrayList<>();
        for (TableRow row : rows) {
            Path file = file(images, row);
            if (!Files.isRegularFile(file) || !isScan(file)) {
                missing.add(row);
            }
            files.add(file);
        }
        if (!missing.isEmpty()) {
            throw new DataFileException(images.toString(), missing(images, missing, rows.size()) + advice(images));
        }
        return files;
    }

    private static Path file(Path images, TableRow row) {
        try {
            Path file = images.resolve(row.file()).normalize();
            if (place(file).startsWith(place(images))) {
                return file;
            }
        } catch (InvalidPathException e) {
            throw new DataException(
                    "line " + row.line() + ": '" + TextFile.shown(row.file()) + "' is no name of a file", e);
        }
        throw new DataException("line " + row.line() + ": '" + TextFile.shown(row.file())
                + "' is outside the folder of images; expected a path below " + images);
    }

    /** Returns where a path leads: a normalised relative one may be empty, or start with {@code ..}. */
    private static Path place(Path path) {
        return path.toAbsolutePath().normalize();
    }

    private static String missing(Path images, List<TableRow> missing, int all) {
        TableRow first = missing.getFirst();
        Path there = file(images, first);
        if (missing.size() == 1 || Files.exists(there)) {
            return "does not contain the scan '" + TextFile.shown(first.file()) + "' of line " + first.line() + ": "
                    + (Files.isDirectory(there)
                            ? "it is a folder"
                            : Files.exists(there) ? "it is no file of a known kind" : "there is no such file");
        }
        return "lacks " + missing.size() + " of " + all + " scans, such as "
                + missing.stream()
                        .limit(MOST_SHOWN)
                        .map(row -> "'" + TextFile.shown(row.file()) + "' (line " + row.line() + ")")
                        .collect(Collectors.joining(", "));
    }

    private static String advice(Path folder) {
        return isDicom(folder)
                ? ". It contains DICOM files, which are not read here; convert them first with dcm2niix: "
                        + "dcm2niix -z y -o NIFTI_FOLDER " + folder
                : "; expected .nii, .nii.gz, .hdr/.img or .npy files, by their names with the ending";
    }

    private static boolean isDicom(Path folder) {
        try (Stream<Path> files = Files.walk(folder, 3)) {
            return files.filter(Files::isRegularFile).limit(MOST_LOOKED_INTO).anyMatch(ScanFolder::startsAsDicom);
        } catch (IOException | UncheckedIOException e) {
            return false;
        }
    }

    private static boolean startsAsDicom(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] head = in.readNBytes(DICOM_MARK_AT + 4);
            return head.length == DICOM_MARK_AT + 4
                    && head[DICOM_MARK_AT] == 'D'
                    && head[DICOM_MARK_AT + 1] == 'I'
                    && head[DICOM_MARK_AT + 2] == 'C'
                    && head[DICOM_MARK_AT + 3] == 'M';
        } catch (IOException e) {
            return false;
        }
    }

    /** Returns the scans below a folder, at any depth, that a table does not name. */
    static long unnamed(Path images, List<Path> named) {
        Set<Path> known = named.stream().map(ScanFolder::place).collect(Collectors.toSet());
        try (Stream<Path> files = Files.walk(images)) {
            return files.filter(file -> isScan(file) && !isVoxelsOfPair(file))
                    .filter(file -> !known.contains(place(file)) && !known.contains(place(voxelsOf(file))))
                    .count();
        } catch (IOException | UncheckedIOException e) {
            return 0;
        }
    }

    /** Returns the other file of a pair, which a table may name instead of the header. */
    private static Path voxelsOf(Path header) {
        return Path.of(header.toString().replaceFirst("\\.hdr(\\.gz)?$", ".img$1"));
    }
}
