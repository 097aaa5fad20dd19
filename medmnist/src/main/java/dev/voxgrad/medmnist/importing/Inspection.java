package dev.voxgrad.medmnist.importing;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

import dev.voxgrad.medmnist.data.npz.NpyHeader;
import dev.voxgrad.medmnist.data.npz.NpyType;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.nifti.NiftiFile;
import dev.voxgrad.medmnist.nifti.NiftiHeader;
import dev.voxgrad.medmnist.nifti.NiftiType;

/**
 * Looks at the headers of all scans before any is read, to decide the type of the set's voxels and to find what does
 * not fit together early.
 *
 * @param type of the set's voxels
 * @param channels of the first scan
 * @param values of all channels of each scan, a measure of the work
 */
record Inspection(StoredType type, int channels, long[] values) {
    /** What a header says about the values. */
    private record Header(StoredType narrowest, boolean bytes, String words, int channels, long values) {}

    /**
     * Looks at the headers.
     *
     * @throws DataFileException if a header cannot be read, or its values need a window and there is none
     */
    static Inspection of(List<Path> files, WindowRule rule) {
        StoredType widest = StoredType.UINT8;
        long[] values = new long[files.size()];
        int channels = 0;
        for (int i = 0; i < values.length; i++) {
            Path file = files.get(i);
            Header header = header(file);
            if (rule.kind() == WindowRule.Kind.BYTES && !header.bytes) {
                throw needsWindow(file, header);
            }
            widest = widest.or(header.narrowest);
            values[i] = header.values;
            channels = i == 0 ? header.channels : channels;
        }
        return new Inspection(rule.kind() == WindowRule.Kind.NONE ? widest : StoredType.UINT8, channels, values);
    }

    /**
     * Checks that the values of later scans fit into a set, if it keeps values as they are.
     *
     * @throws DataFileException if a header cannot be read, or a scan has a wider type than the set
     */
    static void requireFitting(List<Path> files, PrepareSettings settings) {
        WindowRule.Kind kind = settings.windowRule().kind();
        if (kind != WindowRule.Kind.BYTES && kind != WindowRule.Kind.NONE) {
            return;
        }
        for (Path file : files) {
            Header header = header(file);
            if (header.narrowest.compareTo(settings.type()) > 0) {
                throw new DataFileException(
                        file.toString(),
                        "has voxels of " + header.words + ", but the set of the training kept the values of its scans, "
                                + "which fit into " + settings.type().name().toLowerCase(Locale.ROOT)
                                + ". Leave it out, convert it to values as in those scans, or import them with another "
                                + "--window and train again");
            }
        }
    }

    private static DataFileException needsWindow(Path file, Header header) {
        return new DataFileException(
                file.toString(),
                "has voxels of " + header.words
                        + ", and the set has 256 grey values. Say which values become black and "
                        + "white: --window -1000,400 (CT, for lungs), --window percentile (MR), --window mask (0 and "
                        + "everything else), or --window none to keep the values");
    }

    private static Header header(Path file) {
        return Scan.isArray(file) ? ofArray(file) : ofNifti(file);
    }

    private static Header ofNifti(Path file) {
        NiftiHeader header = NiftiFile.open(file).header();
        NiftiType type = header.type();
        boolean bytes = type.least() == 0 && type.greatest() == 255 && type.isInteger() && header.isUnscaled();
        boolean shorts =
                type.isInteger() && type.bytes() <= 2 && type.greatest() <= Short.MAX_VALUE && header.isUnscaled();
        return new Header(
                bytes ? StoredType.UINT8 : shorts ? StoredType.INT16 : StoredType.FLOAT32,
                bytes,
                type.name().toLowerCase(Locale.ROOT)
                        + (header.isUnscaled() ? "" : ", scaled by " + header.slope() + " and " + header.intercept()),
                header.channels(),
                (long) header.voxels() * header.channels());
    }

    private static Header ofArray(Path file) {
        NpyHeader header = NpyHeader.read(file);
        NpyType.Kind kind = header.type().kind();
        StoredType narrowest = switch (kind) {
            case B1, U1 -> StoredType.UINT8;
            case I1, I2 -> StoredType.INT16;
            default -> StoredType.FLOAT32;
        };
        return new Header(
                narrowest,
                narrowest == StoredType.UINT8,
                kind.longName(),
                ArrayScan.channels(file, header.shape()),
                header.count());
    }
}
