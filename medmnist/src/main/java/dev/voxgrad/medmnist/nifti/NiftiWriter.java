package dev.voxgrad.medmnist.nifti;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.GZIPOutputStream;

import dev.voxgrad.medmnist.io.AtomicFile;

/**
 * Writes volumes as NIfTI-1, {@code .nii} or {@code .nii.gz}, little-endian and unscaled, with their place in the
 * patient as sform (code 2, "aligned"). The same volume gives the same bytes.
 */
public final class NiftiWriter {
    private static final int OFFSET = HeaderFields.SIZE_1 + 4;
    private static final int ALIGNED = 2;
    private static final int MILLIMETRES = 2;

    private NiftiWriter() {}

    /**
     * Writes a volume of unsigned bytes; the file appears complete or not at all.
     *
     * @param file packed if its name ends with {@code .gz}
     * @param volume (X, Y, Z), or (X, Y, Z, C), in which the last index runs fastest
     * @param shape X, Y, Z, C; C becomes the fourth dimension if it is not 1
     */
    public static void write(Path file, byte[] volume, int[] shape, Affine affine) {
        ByteBuffer content = header(NiftiType.UINT8, shape, affine);
        forEachInFileOrder(shape, from -> content.put(volume[from]));
        AtomicFile.write(file, packed(file, content.array()));
    }

    /** Writes a volume of float32; otherwise as {@link #write(Path, byte[], int[], Affine)}. */
    public static void write(Path file, float[] volume, int[] shape, Affine affine) {
        ByteBuffer content = header(NiftiType.FLOAT32, shape, affine);
        forEachInFileOrder(shape, from -> content.putFloat(volume[from]));
        AtomicFile.write(file, packed(file, content.array()));
    }

    /** Takes an element by its place in (X, Y, Z, C). */
    @FunctionalInterface
    private interface Element {
        void put(int from);
    }

    private static void forEachInFileOrder(int[] shape, Element element) {
        for (int c = 0; c < shape[3]; c++) {
            for (int z = 0; z < shape[2]; z++) {
                for (int y = 0; y < shape[1]; y++) {
                    for (int x = 0; x < shape[0]; x++) {
                        element.put(((x * shape[1] + y) * shape[2] + z) * shape[3] + c);
                    }
                }
            }
        }
    }

    /** Returns a file with its header, to which the voxels are to be added. */
    private static ByteBuffer header(NiftiType type, int[] shape, Affine affine) {
        long bytes = OFFSET + (long) type.bytes() * shape[0] * shape[1] * shape[2] * shape[3];
        ByteBuffer file = ByteBuffer.allocate(Math.toIntExact(bytes)).order(ByteOrder.LITTLE_ENDIAN);
        file.putInt(0, HeaderFields.SIZE_1);
        int dimensions = shape[3] == 1 ? 3 : 4;
        double[] spacing = affine.spacing();
        file.putShort(40, (short) dimensions);
        file.putFloat(76, 1);
        for (int i = 0; i < 7; i++) {
            file.putShort(42 + 2 * i, (short) (i < dimensions ? shape[i] : 1));
            file.putFloat(80 + 4 * i, i < 3 ? (float) spacing[i] : 1);
        }
        file.putShort(70, (short) type.code()).putShort(72, (short) (8 * type.bytes()));
        file.putFloat(108, OFFSET).putFloat(112, 1);
        file.put(123, (byte) MILLIMETRES);
        file.putShort(254, (short) ALIGNED);
        for (int i = 0; i < 12; i++) {
            file.putFloat(280 + 4 * i, (float) affine.at(i / 4, i % 4));
        }
        file.put(344, "n+1\0".getBytes(StandardCharsets.US_ASCII));
        return file.position(OFFSET);
    }

    private static byte[] packed(Path file, byte[] content) {
        if (!file.toString().toLowerCase(Locale.ROOT).endsWith(".gz")) {
            return content;
        }
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail
        }
        return packed.toByteArray();
    }
}
