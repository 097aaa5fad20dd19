package dev.voxgrad.medmnist.nifti;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

import dev.voxgrad.medmnist.io.AtomicFile;
import dev.voxgrad.medmnist.io.DataFileException;

/**
 * Reads scans in NIfTI-1 or NIfTI-2: {@code .nii}, or a pair {@code .hdr} and {@code .img}, each of them also packed
 * with gzip. All integers and floats of 8 to 64 bits, RGB and RGBA are read, in either byte order; extensions after
 * the header are skipped.
 *
 * <p>Nothing in a file is trusted. No memory is taken before the header's lengths have been found to fit the file:
 * exactly for a plain file, and within what gzip can pack for a packed one.
 */
public final class NiftiFile {
    /** Deflate cannot shrink data further than about 1032:1 (RFC 1951: 258 bytes in two bits). */
    private static final long LARGEST_RATIO = 1032;

    private static final int HEAD = HeaderFields.SIZE_2 + 4;
    private static final int BUFFER = 1 << 16;
    private static final List<String> SUFFIXES = List.of(".nii", ".hdr", ".img");

    private final Path headerFile;
    private final Path dataFile;
    private final NiftiHeader header;

    private NiftiFile(Path headerFile, Path dataFile, NiftiHeader header) {
        this.headerFile = headerFile;
        this.dataFile = dataFile;
        this.header = header;
    }

    /** Takes a scan's values, row by row. */
    @FunctionalInterface
    public interface RowReader {
        /**
         * Takes the values of one row.
         *
         * @param values scaled as the header says, X of them; reused for the next row
         * @param channel from 0
         * @param y index along the second axis
         * @param z index along the third axis
         */
        public void row(double[] values, int channel, int y, int z);
    }

    /** Returns whether a file's name is one of a scan. */
    public static boolean isNamedAsScan(Path file) {
        return SUFFIXES.contains(suffix(file));
    }

    private static String suffix(Path file) {
        String name = plainName(file);
        int dot = name.lastIndexOf('.');
        return dot < 0 ? "" : name.substring(dot);
    }

    /** Returns a file's name in small letters, without {@code .gz}. */
    private static String plainName(Path file) {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        return name.endsWith(".gz") ? name.substring(0, name.length() - 3) : name;
    }

    /**
     * Opens a scan and reads its header.
     *
     * @param file a {@code .nii}, or one of a pair, the other one of which is next to it
     * @throws DataFileException if it is none, is damaged, or has another kind of voxels
     */
    public static NiftiFile open(Path file) {
        boolean pair = !suffix(file).equals(".nii");
        Path headerFile = pair ? partner(file, ".hdr") : file;
        Path dataFile = pair ? partner(file, ".img") : file;
        NiftiHeader header = NiftiHeader.parse(head(headerFile), pair, headerFile.toString());
        NiftiFile scan = new NiftiFile(headerFile, dataFile, header);
        scan.checkRoom();
        return scan;
    }

    /** Returns the file of a pair with that suffix, packed or not. */
    private static Path partner(Path file, String wanted) {
        if (suffix(file).equals(wanted)) {
            return file;
        }
        String name = String.valueOf(file.getFileName());
        String stem = name.substring(0, plainName(file).length() - suffix(file).length());
        for (String ending : List.of(wanted, wanted + ".gz")) {
            Path other = file.resolveSibling(stem + ending);
            if (Files.isRegularFile(other)) {
                return other;
            }
        }
        throw new DataFileException(
                file.toString(), "is half of a pair; expected " + stem + wanted + " next to it. Copy both files");
    }

    /**
     * Returns the files that a scan is in: those of the header and of the voxels of a pair, or the file itself.
     *
     * @throws DataFileException if it is half of a pair
     */
    public static List<Path> files(Path file) {
        String suffix = suffix(file);
        return suffix.equals(".hdr") || suffix.equals(".img")
                ? List.of(partner(file, ".hdr"), partner(file, ".img"))
                : List.of(file);
    }

    private static byte[] head(Path file) {
        try (InputStream in = stream(file)) {
            return in.readNBytes(HEAD);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /** Opens a file, and unpacks it if it starts as gzip does, whatever its name. */
    private static InputStream stream(Path file) throws IOException {
        requirePlain(file);
        BufferedInputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER);
        try {
            return isPacked(in) ? new GZIPInputStream(in, BUFFER) : in;
        } catch (IOException e) {
            in.close();
            throw e;
        }
    }

    private static void requirePlain(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new DataFileException(file.toString(), Files.exists(file) ? "is not a file" : "no such file");
        }
    }

    private static boolean isPacked(BufferedInputStream in) throws IOException {
        in.mark(2);
        boolean packed = in.read() == 0x1F && in.read() == 0x8B;
        in.reset();
        return packed;
    }

    private static DataFileException unreadable(Path file, IOException e) {
        String why = switch (e) {
            case EOFException end -> "it is truncated";
            case ZipException damage -> "its packed data are damaged (" + damage.getMessage() + ")";
            default -> AtomicFile.describe(e);
        };
        return new DataFileException(file.toString(), "cannot be read: " + why + ". Fetch or write it again", e);
    }

    private void checkRoom() {
        try {
            long size = Files.size(dataFile);
            boolean packed;
            try (BufferedInputStream in = new BufferedInputStream(Files.newInputStream(dataFile), 2)) {
                packed = isPacked(in);
            }
            long needed = header.offset() + header.dataBytes();
            if (packed ? needed / LARGEST_RATIO > size : needed > size) {
                throw new DataFileException(
                        dataFile.toString(),
                        "has " + size + " bytes" + (packed ? ", packed" : "") + "; its header states " + needed
                                + ". It is truncated or damaged; fetch it again");
            }
        } catch (IOException e) {
            throw unreadable(dataFile, e);
        }
    }

    public NiftiHeader header() {
        return header;
    }

    /** Returns the file that was opened, the header's in a pair. */
    public Path path() {
        return headerFile;
    }

    /**
     * Reads all values, in the file's order: X runs fastest, then Y, Z and the fourth dimension.
     *
     * @throws DataFileException if the file ends early, or its checksum does not match
     */
    public void read(RowReader reader) {
        try (InputStream in = stream(dataFile)) {
            in.skipNBytes(header.offset());
            readRows(in, reader);
            in.read(); // at the end of a packed file, this compares its checksum
        } catch (IOException e) {
            throw unreadable(dataFile, e);
        }
    }

    private void readRows(InputStream in, RowReader reader) throws IOException {
        int[] shape = header.shape();
        int components = header.type().components();
        ByteBuffer row = ByteBuffer.allocate(
                        shape[0] * components * header.type().bytes())
                .order(header.order());
        double[] values = new double[shape[0]];
        for (int t = 0; t < header.series(); t++) {
            for (int z = 0; z < shape[2]; z++) {
                for (int y = 0; y < shape[1]; y++) {
                    if (in.readNBytes(row.array(), 0, row.capacity()) < row.capacity()) {
                        throw new EOFException();
                    }
                    for (int component = 0; component < components; component++) {
                        decode(row, component, values);
                        reader.row(values, t * components + component, y, z);
                    }
                }
            }
        }
    }

    private void decode(ByteBuffer row, int component, double[] values) {
        int step = header.type().components();
        for (int x = 0; x < values.length; x++) {
            values[x] = header.scaled(header.type().decode(row, x * step + component));
        }
    }
}
