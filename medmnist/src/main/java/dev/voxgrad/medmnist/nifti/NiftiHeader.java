package dev.voxgrad.medmnist.nifti;

import java.nio.ByteOrder;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.io.FileKind;

/**
 * Describes a scan: what its file's header says, checked.
 *
 * @param version 1 or 2
 * @param order byte order of the voxels
 * @param type of the voxels
 * @param shape lengths (X, Y, Z) of the dimensions in space, from 1 on; Z is 1 for a picture
 * @param series length of the fourth dimension, time or whatever it is; 1 if there is none
 * @param slope by which stored numbers are multiplied; 1 if the header has no valid one
 * @param intercept added afterwards; 0 without a valid slope
 * @param affine from voxels to the patient
 * @param offset where the voxels start in their file, in bytes
 */
public record NiftiHeader(
        int version,
        ByteOrder order,
        NiftiType type,
        int[] shape,
        int series,
        double slope,
        double intercept,
        Affine affine,
        long offset) {
    /** More voxels than a Java array may have elements are not read. */
    private static final long MOST_VOXELS = Integer.MAX_VALUE - 8;

    private static final int MOST_DIMENSIONS = 7;
    /** Longer dimensions belong to surfaces and tables that use the format, not to scans. */
    private static final int LONGEST_DIMENSION = 1 << 20;

    /** The header, and the four bytes after it that say whether extensions follow. */
    private static final int EXTENSION_MARK = 4;

    /** Returns lengths of the dimensions in space (a copy). */
    @Override
    public int[] shape() {
        return shape.clone();
    }

    /** Returns the channels: the fourth dimension's length, times three for RGB or four for RGBA. */
    public int channels() {
        return series * type.components();
    }

    /** Returns the voxels of one channel. */
    public int voxels() {
        return shape[0] * shape[1] * shape[2];
    }

    /** Returns the bytes of all voxels. */
    long dataBytes() {
        return (long) voxels() * channels() * type.bytes();
    }

    /** Returns whether stored numbers are the values, without slope and intercept. */
    public boolean isUnscaled() {
        return slope == 1 && intercept == 0;
    }

    /** Returns the value of a stored number, as nibabel computes it: in double precision, leaving out factors of 1. */
    double scaled(double stored) {
        double value = slope == 1 ? stored : stored * slope;
        return intercept == 0 ? value : value + intercept;
    }

    /**
     * Reads a header.
     *
     * @param head the first bytes of the file, up to 544
     * @param pair whether the voxels are in another file, {@code .img}
     * @throws DataFileException if it is none, or cannot be used
     */
    static NiftiHeader parse(byte[] head, boolean pair, String where) {
        HeaderFields fields = HeaderFields.of(head);
        String mark = fields == null ? "" : fields.mark();
        String expected = fields == null ? "" : (pair ? "ni" : "n+") + fields.version();
        if (fields == null || !mark.equals(expected)) {
            throw notAScan(head, fields, mark, pair, where);
        }
        int[] lengths = lengths(fields, where);
        int[] shape = Arrays.copyOf(lengths, 3);
        NiftiType type = NiftiType.of(fields.typeCode(), where);
        double slope = fields.slope();
        double intercept = fields.intercept();
        boolean scaled = slope != 0 && Double.isFinite(slope) && type.components() == 1;
        if (scaled && !Double.isFinite(intercept)) {
            throw new DataFileException(
                    where, "has the intercept (scl_inter) " + intercept + "; expected a finite number. Write it again");
        }
        NiftiHeader header = new NiftiHeader(
                fields.version(),
                fields.bytes().order(),
                type,
                shape,
                lengths[3],
                scaled ? slope : 1,
                scaled ? intercept : 0,
                HeaderAffine.of(fields, shape, where),
                offset(fields, pair, where));
        header.requireNotTooLarge(where);
        return header;
    }

    private static DataFileException notAScan(
            byte[] head, @Nullable HeaderFields fields, String mark, boolean pair, String where) {
        if (fields == null) {
            return new DataFileException(
                    where,
                    "is not a NIfTI scan: "
                            + FileKind.of(head)
                                    .map(kind -> "it " + kind.words())
                                    .orElse("it does not start with the size of a header, 348 or 540")
                            + ". Check what this file is, or fetch it again");
        }
        if (mark.equals((pair ? "n+" : "ni") + fields.version())) {
            return new DataFileException(
                    where,
                    pair
                            ? "contains header and voxels; expected the header of a .hdr/.img pair. Rename it to .nii"
                            : "is the header of a .hdr/.img pair; expected one file. Rename it to .hdr");
        }
        return new DataFileException(
                where,
                "is not a NIfTI scan: it has the mark '" + FileKind.shown(mark) + "'"
                        + (fields.version() == 1 ? ", as an Analyze 7.5 image may" : "")
                        + ". Convert it, for example with nibabel: nibabel.save(nibabel.load(name), 'scan.nii.gz')");
    }

    /** Returns the lengths X, Y, Z and of the fourth dimension. */
    private static int[] lengths(HeaderFields fields, String where) {
        long dimensions = fields.dimension(0);
        if (dimensions < 1 || dimensions > MOST_DIMENSIONS) {
            throw damaged(where, "states " + dimensions + " dimensions; expected 1 to " + MOST_DIMENSIONS);
        }
        int[] lengths = {1, 1, 1, 1};
        for (int i = 0; i < dimensions; i++) {
            long length = fields.dimension(i + 1);
            if (length < 1 || length > LONGEST_DIMENSION) {
                throw damaged(
                        where,
                        "states the length " + length + " of dimension " + (i + 1) + "; expected 1 to "
                                + LONGEST_DIMENSION);
            }
            if (i >= 3 && length > 1) {
                if (lengths[3] > 1) {
                    throw new DataFileException(
                            where,
                            "has more than one dimension in addition to those in space; expected at most one, whose "
                                    + "parts become channels. Save the part that you need");
                }
                lengths[3] = (int) length;
            } else if (i < 3) {
                lengths[i] = (int) length;
            }
        }
        return lengths;
    }

    private void requireNotTooLarge(String where) {
        long count = type.components();
        for (int length : new int[] {shape[0], shape[1], shape[2], series}) {
            count *= length;
            if (count > MOST_VOXELS) {
                throw new DataFileException(
                        where,
                        "states " + shape[0] + " × " + shape[1] + " × " + shape[2] + " voxels in " + channels()
                                + " channels; expected at most " + MOST_VOXELS + " numbers. Crop or shrink it first");
            }
        }
    }

    private static long offset(HeaderFields fields, boolean pair, String where) {
        double stated = fields.offset();
        long least = pair ? 0 : fields.size() + EXTENSION_MARK;
        if (stated == 0) {
            return least;
        }
        if (!(stated >= least && stated <= Integer.MAX_VALUE)) {
            throw damaged(where, "states that its voxels start at byte " + stated + "; expected " + least + " or more");
        }
        return (long) stated;
    }

    private static DataFileException damaged(String where, String what) {
        return new DataFileException(where, what + ". The file is damaged; fetch or write it again");
    }
}
