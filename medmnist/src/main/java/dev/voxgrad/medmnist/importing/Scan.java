package dev.voxgrad.medmnist.importing;

import java.nio.file.Path;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.nifti.Affine;
import dev.voxgrad.medmnist.nifti.NiftiFile;
import dev.voxgrad.medmnist.nifti.NiftiHeader;
import dev.voxgrad.medmnist.nifti.Orientation;

/**
 * Holds the values of a scan in the order of the patient's axes: x to the right, y to the front, z up (RAS), in which z
 * runs fastest.
 *
 * @param shape lengths X, Y, Z
 * @param spacing distances between voxels along these axes, in millimetres
 * @param orientation directions of the file's axes, such as {@code LPS}; null if the file does not say
 * @param affine of the file, before it is reoriented; null if the file has none
 * @param channels the values (X, Y, Z) of each channel
 */
record Scan(
        int[] shape,
        double[] spacing,
        @Nullable String orientation,
        @Nullable Affine affine,
        float[][] channels) {
    private static final double GIB = 1L << 30;

    /** Returns whether a file is an array of NumPy by its name. */
    static boolean isArray(Path file) {
        return String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT).endsWith(".npy");
    }

    /**
     * Reads a scan, {@code .npy}, {@code .nii} or {@code .hdr}/{@code .img}.
     *
     * @throws DataFileException if it can't be read, or its affine has no orientation
     */
    static Scan read(Path file) {
        return isArray(file) ? ArrayScan.read(file) : ofNifti(NiftiFile.open(file));
    }

    static Scan ofNifti(NiftiFile file) {
        NiftiHeader header = file.header();
        Orientation orientation = Orientation.of(header.affine())
                .orElseThrow(() -> new DataFileException(
                        file.path().toString(),
                        "does not say where its voxels are: the axes of its affine " + header.affine()
                                + " do not span the space. Write it again with a valid affine"));
        int[] shape = new int[3];
        double[] spacing = new double[3];
        for (int axis = 0; axis < 3; axis++) {
            shape[axis] = header.shape()[orientation.voxelAxis(axis)];
            spacing[axis] = header.affine().spacing()[orientation.voxelAxis(axis)];
        }
        float[][] channels = allocate(header.channels(), header.voxels(), file.path());
        Places places = new Places(header.shape(), shape, orientation);
        file.read((values, channel, y, z) -> places.put(values, y, z, channels[channel]));
        return new Scan(shape, spacing, orientation.toString(), header.affine(), channels);
    }

    /** Allocates memory for the values, after a check that the heap is large enough. */
    static float[][] allocate(int channels, int voxels, Path file) {
        long bytes = (long) Float.BYTES * channels * voxels;
        long heap = Runtime.getRuntime().maxMemory();
        if (bytes > heap / 2) {
            throw new DataFileException(
                    file.toString(),
                    String.format(
                            Locale.ROOT,
                            "takes %.1f GiB of heap as float32; Java may use %.1f GiB here, for everything. Give it "
                                    + "more with VOXGRAD_OPTS=-Xmx%dg, or shrink the scan first",
                            bytes / GIB,
                            heap / GIB,
                            (long) Math.ceil(3 * bytes / GIB)));
        }
        return new float[channels][voxels];
    }

    /** Finds the places of a file's rows in the patient's order. */
    private static final class Places {
        private final int[] step = new int[3];
        private final int first;

        /**
         * Computes the steps.
         *
         * @param fileShape lengths of the file's axes
         * @param shape lengths of the patient's axes
         */
        Places(int[] fileShape, int[] shape, Orientation orientation) {
            int[] strides = {shape[1] * shape[2], shape[2], 1};
            int start = 0;
            for (int i = 0; i < 3; i++) {
                int stride = strides[orientation.axis()[i]];
                step[i] = orientation.flipped()[i] ? -stride : stride;
                start += orientation.flipped()[i] ? (fileShape[i] - 1) * stride : 0;
            }
            first = start;
        }

        void put(double[] row, int y, int z, float[] to) {
            int place = first + y * step[1] + z * step[2];
            for (double value : row) {
                to[place] = (float) value;
                place += step[0];
            }
        }
    }
}
