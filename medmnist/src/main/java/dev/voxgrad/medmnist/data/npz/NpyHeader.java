package dev.voxgrad.medmnist.data.npz;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

import dev.voxgrad.medmnist.io.AtomicFile;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.io.FileKind;

/**
 * The head of a {@code .npy} array: magic, version, and a Python dictionary in text, which {@link NpyDictionary} reads.
 *
 * <p>Layout: {@code \x93NUMPY}, major and minor version, header length (2 bytes little-endian in version 1,
 * 4 in versions 2 and 3), then for example <code>{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), }</code>.
 * Source: the specification in NumPy's {@code numpy.lib.format}.
 *
 * @param type element type
 * @param fortranOrder whether the first index runs fastest
 * @param shape lengths of the dimensions, at most 64 of them; empty for a scalar
 * @param count number of elements, the product of the shape
 */
public record NpyHeader(NpyType type, boolean fortranOrder, int[] shape, long count) {
    static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    /** The longest header that is believed, in bytes; NumPy's own limit. */
    private static final int LONGEST = 10_000;

    /** Reads the header of a {@code .npy} file; anything wrong with it is a {@link DataFileException}. */
    public static NpyHeader read(Path file) {
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            return read(in, Files.size(file), file.toString());
        } catch (IOException e) {
            throw new DataFileException(file.toString(), "cannot be read: " + AtomicFile.describe(e), e);
        }
    }

    /**
     * Reads a header and checks it against the room there is.
     *
     * @param in stands at the first byte of the array
     * @param size bytes from there to the end of the file or archive member
     * @param where file and member, for messages
     */
    static NpyHeader read(DataInputStream in, long size, String where) throws IOException {
        byte[] start = in.readNBytes(MAGIC.length + 2);
        if (start.length < MAGIC.length + 2 || !Arrays.equals(start, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw notAnArray(start, in, where);
        }
        int version = start[6];
        if (version < 1 || version > 3 || start[7] != 0) {
            throw new DataFileException(
                    where, "has .npy version " + version + "." + start[7] + "; expected 1.0, 2.0 or 3.0");
        }
        int lengthBytes = version == 1 ? 2 : 4;
        byte[] lengthField = in.readNBytes(lengthBytes);
        long length = 0;
        for (int i = lengthField.length - 1; i >= 0; i--) {
            length = length << 8 | lengthField[i] & 0xFF;
        }
        long before = start.length + lengthBytes;
        if (lengthField.length < lengthBytes || length > LONGEST || before + length > size) {
            throw new DataFileException(
                    where,
                    "states a header of " + length + " bytes; expected at most " + LONGEST + " and within its " + size
                            + " bytes. The file is damaged; fetch or write it again");
        }
        String text = new String(
                in.readNBytes((int) length), version == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1);
        NpyHeader header = new NpyDictionary(text, where).header();
        header.checkRoom(size - before - length, where);
        return header;
    }

    private static DataFileException notAnArray(byte[] start, DataInputStream in, String where) throws IOException {
        byte[] more = in.readNBytes(FileKind.HEAD - start.length);
        byte[] head = Arrays.copyOf(start, start.length + more.length);
        System.arraycopy(more, 0, head, start.length, more.length);
        return new DataFileException(
                where,
                "is not a .npy array: "
                        + FileKind.of(head)
                                .map(kind -> "it " + kind.words() + ". " + kind.advice())
                                .orElse(
                                        "it does not start with \\x93NUMPY. Check what this file is, or fetch it again"));
    }

    private void checkRoom(long available, String where) {
        long needed = count * type.kind().bytes();
        if (needed != available) {
            throw new DataFileException(
                    where,
                    "shape " + Arrays.toString(shape) + " of " + type + " needs " + needed
                            + " bytes of data but there are " + available
                            + ". The file is damaged, or holds more than one "
                            + "array; fetch it again, or write it again with numpy.savez_compressed");
        }
    }

    /** Returns the header's text as NumPy writes it, padded so that the data starts at a multiple of 64 bytes. */
    static byte[] write(NpyType type, int[] shape) {
        StringBuilder dimensions = new StringBuilder();
        for (int length : shape) {
            dimensions.append(length).append(shape.length == 1 ? "," : ", ");
        }
        String inner = dimensions.toString();
        String dictionary = "{'descr': '" + type + "', 'fortran_order': False, 'shape': ("
                + (shape.length > 1 ? inner.substring(0, inner.length() - 2) : inner) + "), }";
        int total = (MAGIC.length + 4 + dictionary.length() + 1 + 63) / 64 * 64;
        byte[] bytes = new byte[total];
        Arrays.fill(bytes, (byte) ' ');
        System.arraycopy(MAGIC, 0, bytes, 0, MAGIC.length);
        bytes[6] = 1;
        bytes[7] = 0;
        bytes[8] = (byte) (total - 10);
        bytes[9] = (byte) (total - 10 >> 8);
        byte[] text = dictionary.getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(text, 0, bytes, 10, text.length);
        bytes[total - 1] = '\n';
        return bytes;
    }
}
