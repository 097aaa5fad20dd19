package dev.voxgrad.medmnist.nifti;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;

/**
 * Builds NIfTI files field by field, for tests: an independent second description of the format, in which any field can
 * be wrong.
 */
public final class ScanBytes {
    private final int version;
    private final ByteOrder order;
    private final ByteBuffer header;
    private byte[] extension = {};
    private byte[] voxels = {};
    private boolean pair;

    /** Starts a scan of unsigned bytes without any affine. */
    public ScanBytes(int version, ByteOrder order) {
        this.version = version;
        this.order = order;
        this.header = ByteBuffer.allocate(version == 1 ? 348 : 540).order(order);
        header.putInt(0, version == 1 ? 348 : 540);
        mark("n+" + version);
        if (version == 2) {
            header.put(8, new byte[] {13, 10, 26, 10});
        }
        type(2, 8).scaling(1, 0).spacing(1, 1, 1, 1);
    }

    public static ScanBytes little() {
        return new ScanBytes(1, ByteOrder.LITTLE_ENDIAN);
    }

    public ScanBytes mark(String mark) {
        header.put(version == 1 ? 344 : 4, (mark + "\0").getBytes(StandardCharsets.US_ASCII));
        return this;
    }

    public ScanBytes pair() {
        pair = true;
        return mark("ni" + version);
    }

    /** Sets all lengths, from X on. */
    public ScanBytes shape(long... lengths) {
        dimension(0, lengths.length);
        for (int i = 0; i < lengths.length; i++) {
            dimension(i + 1, lengths[i]);
        }
        return this;
    }

    public ScanBytes dimension(int i, long length) {
        if (version == 1) {
            header.putShort(40 + 2 * i, (short) length);
        } else {
            header.putLong(16 + 8 * i, length);
        }
        return this;
    }

    public ScanBytes type(int code, int bits) {
        header.putShort(version == 1 ? 70 : 12, (short) code);
        header.putShort(version == 1 ? 72 : 14, (short) bits);
        return this;
    }

    /** Sets {@code pixdim}: qfac, then the spacings. */
    public ScanBytes spacing(double... values) {
        return floats(76, 104, values);
    }

    public ScanBytes scaling(double slope, double intercept) {
        return floats(112, 176, slope, intercept);
    }

    public ScanBytes offset(long offset) {
        if (version == 1) {
            header.putFloat(108, offset);
        } else {
            header.putLong(168, offset);
        }
        return this;
    }

    /** Sets the codes of qform and sform. */
    public ScanBytes codes(int qform, int sform) {
        if (version == 1) {
            header.putShort(252, (short) qform).putShort(254, (short) sform);
        } else {
            header.putInt(344, qform).putInt(348, sform);
        }
        return this;
    }

    /** Sets the quaternion's b, c, d and the offset x, y, z. */
    public ScanBytes qform(double... values) {
        return floats(256, 352, values);
    }

    /** Sets the twelve values of the sform. */
    public ScanBytes sform(double... rows) {
        return floats(280, 400, rows);
    }

    private ScanBytes floats(int first, int second, double... values) {
        for (int i = 0; i < values.length; i++) {
            if (version == 1) {
                header.putFloat(first + 4 * i, (float) values[i]);
            } else {
                header.putDouble(second + 8 * i, values[i]);
            }
        }
        return this;
    }

    /** Adds bytes between header and voxels, a multiple of 16. */
    public ScanBytes extension(byte... bytes) {
        extension = bytes.clone();
        return this;
    }

    public ScanBytes voxels(byte... bytes) {
        voxels = bytes.clone();
        return this;
    }

    /** Sets the voxels' bytes from numbers, in the file's byte order. */
    public ScanBytes voxels(int bytes, boolean floats, double... values) {
        ByteBuffer data = ByteBuffer.allocate(bytes * values.length).order(order);
        for (double value : values) {
            switch (bytes) {
                case 1 -> data.put((byte) (long) value);
                case 2 -> data.putShort((short) (long) value);
                case 4 -> {
                    if (floats) {
                        data.putFloat((float) value);
                    } else {
                        data.putInt((int) (long) value);
                    }
                }
                default -> {
                    if (floats) {
                        data.putDouble(value);
                    } else {
                        data.putLong((long) value);
                    }
                }
            }
        }
        return voxels(data.array());
    }

    /** Returns the header of a pair, or the whole file. */
    public byte[] bytes() {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        if (!pair) {
            offset(header.capacity() + 4 + extension.length);
        }
        file.writeBytes(header.array());
        file.writeBytes(new byte[] {(byte) (extension.length > 0 ? 1 : 0), 0, 0, 0});
        file.writeBytes(extension);
        if (!pair) {
            file.writeBytes(voxels);
        }
        return file.toByteArray();
    }

    /** Writes the file, packed if its name ends with {@code .gz}; of a pair, both files. */
    public Path write(Path file) {
        try {
            Files.write(file, packed(file, bytes()));
            if (pair) {
                Path other = file.resolveSibling(file.getFileName().toString().replace(".hdr", ".img"));
                Files.write(other, packed(other, voxels));
            }
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] packed(Path file, byte[] content) {
        return file.toString().endsWith(".gz") ? gzip(content) : content;
    }

    public static byte[] gzip(byte[] content) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return packed.toByteArray();
    }
}
