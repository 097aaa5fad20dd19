package dev.voxgrad.medmnist.data.npz;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.io.DataFileException;

/** Reads an array from a file: its header, then its elements in the file's order, block by block. */
public final class NpyStream {
    private static final int BLOCK_BYTES = 1 << 14;

    private final DataInputStream in;
    private final String where;
    private final NpyHeader header;
    /** The bytes of one block; null before the first one. */
    private @Nullable ByteBuffer block;

    private long left;

    private NpyStream(DataInputStream in, String where, NpyHeader header) {
        this.in = in;
        this.where = where;
        this.header = header;
        this.left = header.count();
    }

    /** Reads the header of an array that takes up exactly {@code size} bytes of the stream. */
    static NpyStream open(InputStream in, long size, String where) throws IOException {
        DataInputStream data = new DataInputStream(in);
        return new NpyStream(data, where, NpyHeader.read(data, size, where));
    }

    public NpyHeader header() {
        return header;
    }

    /** Returns the file and the array in it, for messages. */
    public String where() {
        return where;
    }

    /** Returns whether all elements have been read. */
    boolean isRead() {
        return left == 0;
    }

    /** Returns the largest number of elements that {@link #next} returns. */
    public int blockSize() {
        return BLOCK_BYTES / header.type().kind().bytes();
    }

    /** Copies the bytes of the next {@code count} elements, in the file's byte order. */
    public void read(byte[] to, int from, int count) throws IOException {
        int wanted = count * header.type().kind().bytes();
        int got = in.readNBytes(to, from, wanted);
        if (got < wanted) {
            long all = header.count() * header.type().kind().bytes();
            throw new DataFileException(
                    where,
                    "expected " + all + " bytes of data, found only "
                            + (all - left * header.type().kind().bytes() + got) + ". Fetch or write the file again");
        }
        left -= count;
    }

    /**
     * Decodes the next elements; 64-bit integers are rounded to the nearest double.
     *
     * @param values takes them, at least {@link #blockSize} long
     * @return how many there are; 0 at the end
     */
    public int next(double[] values) throws IOException {
        if (block == null) {
            block = ByteBuffer.allocate(BLOCK_BYTES).order(header.type().order());
        }
        int count = (int) Math.min(left, blockSize());
        read(block.array(), 0, count);
        NpyType.Kind kind = header.type().kind();
        for (int i = 0; i < count; i++) {
            values[i] = decode(block, kind, i);
        }
        return count;
    }

    /** Throws if the stream does not end with the array's last element. */
    void requireEnd() throws IOException {
        if (in.read() >= 0) {
            throw new DataFileException(
                    where,
                    "expected " + header.count() * header.type().kind().bytes()
                            + " bytes of data, found more. Fetch or write the file again");
        }
    }

    /** Returns element {@code i} of {@code view}, whose byte order is set, as a double. */
    static double decode(ByteBuffer view, NpyType.Kind kind, int i) {
        return switch (kind) {
            case F2 -> Float.float16ToFloat(view.getShort(2 * i));
            case F4 -> view.getFloat(4 * i);
            case F8 -> view.getDouble(8 * i);
            case U8 -> {
                long value = view.getLong(8 * i);
                yield value >= 0 ? value : 2.0 * (value >>> 1 | value & 1);
            }
            default -> decodeInteger(view, kind, i);
        };
    }

    /** Returns element {@code i} of an integer or boolean kind; an uint64 beyond {@link Long#MAX_VALUE} is negative. */
    static long decodeInteger(ByteBuffer view, NpyType.Kind kind, int i) {
        return switch (kind) {
            case B1 -> view.get(i) == 0 ? 0 : 1;
            case U1 -> view.get(i) & 0xFF;
            case I1 -> view.get(i);
            case U2 -> view.getShort(2 * i) & 0xFFFF;
            case I2 -> view.getShort(2 * i);
            case U4 -> view.getInt(4 * i) & 0xFFFFFFFFL;
            case I4 -> view.getInt(4 * i);
            case U8, I8 -> view.getLong(8 * i);
            case F2, F4, F8 -> throw new IllegalStateException("array: integers wanted, this is " + kind.longName());
        };
    }
}
