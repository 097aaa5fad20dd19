package dev.voxgrad.medmnist.picture;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;

/**
 * Represents a picture of 8 bits per channel, grey or RGB, and encodes it as PNG (ISO/IEC 15948). The JDK can do so,
 * too, but its graphics module would make up a quarter of a bundle that contains a Java runtime.
 */
public final class Picture {
    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    private static final int GREY = 0;
    private static final int RGB = 2;

    private final int width;
    private final int height;
    private final int channels;
    /** The rows, each after a byte 0, which in PNG marks a row without a filter. */
    private final byte[] rows;

    /**
     * Creates a picture of one colour.
     *
     * @param channels 1 for grey or 3 for red, green and blue
     * @param level of every channel, 0 to 255
     */
    public Picture(int width, int height, int channels, int level) {
        if (width < 1 || height < 1 || channels != 1 && channels != 3) {
            throw new IllegalArgumentException("picture: expected a width and height of at least 1, and 1 or 3 "
                    + "channels, was " + width + ", " + height + " and " + channels);
        }
        this.width = width;
        this.height = height;
        this.channels = channels;
        this.rows = new byte[Math.multiplyExact(height, 1 + Math.multiplyExact(width, channels))];
        Arrays.fill(rows, (byte) level);
        for (int y = 0; y < height; y++) {
            rows[y * (1 + width * channels)] = 0;
        }
    }

    /** Returns the number of pixels in a row. */
    int width() {
        return width;
    }

    /** Sets one channel of one pixel; coordinates start at the top left corner. */
    public void set(int x, int y, int channel, int level) {
        rows[y * (1 + width * channels) + 1 + x * channels + channel] = (byte) level;
    }

    /** Returns the picture as the bytes of a PNG file. */
    public byte[] png() {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(SIGNATURE);
        try (DataOutputStream out = new DataOutputStream(file)) {
            chunk(out, "IHDR", header());
            chunk(out, "IDAT", deflated());
            chunk(out, "IEND", new byte[0]);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // cannot happen in memory
        }
        return file.toByteArray();
    }

    private byte[] header() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeInt(width);
        out.writeInt(height);
        out.writeByte(8);
        out.writeByte(channels == 1 ? GREY : RGB);
        out.write(new byte[3]); // deflate, the standard's only set of filters, not interlaced
        return bytes.toByteArray();
    }

    private byte[] deflated() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DeflaterOutputStream out = new DeflaterOutputStream(bytes)) {
            out.write(rows);
        }
        return bytes.toByteArray();
    }

    private static void chunk(DataOutputStream out, String name, byte[] content) throws IOException {
        byte[] type = name.getBytes(StandardCharsets.US_ASCII);
        CRC32 crc = new CRC32();
        crc.update(type);
        crc.update(content);
        out.writeInt(content.length);
        out.write(type);
        out.write(content);
        out.writeInt((int) crc.getValue());
    }
}
