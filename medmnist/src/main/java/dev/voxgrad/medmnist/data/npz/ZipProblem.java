package dev.voxgrad.medmnist.data.npz;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.io.FileKind;

/**
 * Finds out why {@link java.util.zip.ZipFile} does not open an archive, if the reason is one that a person can do
 * something about: a member that is packed by another method than Deflate, or encrypted.
 *
 * <p>Reads the central directory alone (APPNOTE.TXT of PKWARE, 4.3.12 for its entries, 4.4.5 for the methods). It
 * is as cautious with it as if it were random: whatever does not fit ends the search.
 */
final class ZipProblem {
    /** Length of a zip's last record without the comment. */
    static final int END_BYTES = 22;

    private static final int ENTRY_BYTES = 46;
    private static final int LARGEST_DIRECTORY = 1 << 24;
    private static final int END_64_BYTES = 56;
    private static final int LOCATOR_BYTES = 20;

    private ZipProblem() {}

    /** Returns why, and what to do: two sentences that start with "its". */
    static Optional<String> of(Path file) throws IOException {
        try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "r")) {
            long end = endRecord(access);
            ByteBuffer directory = end < 0 ? ByteBuffer.allocate(0) : directory(access, end);
            while (directory.remaining() >= ENTRY_BYTES && directory.getInt(directory.position()) == 0x02014b50) {
                int at = directory.position();
                int nameLength = directory.getShort(at + 28) & 0xFFFF;
                int length = ENTRY_BYTES
                        + nameLength
                        + (directory.getShort(at + 30) & 0xFFFF)
                        + (directory.getShort(at + 32) & 0xFFFF);
                if (directory.remaining() < length) {
                    break;
                }
                String problem = problem(directory.getShort(at + 8), directory.getShort(at + 10) & 0xFFFF);
                if (problem != null) {
                    String name = new String(directory.array(), at + ENTRY_BYTES, nameLength, StandardCharsets.UTF_8);
                    return Optional.of("its member " + FileKind.shown(name) + problem);
                }
                directory.position(at + length);
            }
        }
        return Optional.empty();
    }

    private static @Nullable String problem(int flags, int method) {
        if ((flags & 1) != 0) {
            return " is encrypted. Unpack it with its password, and save the arrays again with "
                    + "numpy.savez_compressed";
        }
        String name = switch (method) {
            case 0, 8 -> null;
            case 1 -> "Shrink";
            case 2, 3, 4, 5 -> "Reduce";
            case 6 -> "Implode";
            case 9 -> "Deflate64";
            case 12 -> "bzip2";
            case 14 -> "LZMA";
            case 20, 93 -> "Zstandard";
            case 94 -> "MP3";
            case 95 -> "xz";
            case 96 -> "JPEG";
            case 97 -> "WavPack";
            case 98 -> "PPMd";
            case 99 -> "AES encryption";
            default -> "an unknown method";
        };
        return name == null
                ? null
                : " is packed with " + name + " (zip method " + method + "), but only stored and "
                        + "Deflate are read. Save the arrays again with numpy.savez_compressed";
    }

    /** Returns the place of the last record, whose comment reaches to the end of the file, or −1. */
    static long endRecord(RandomAccessFile access) throws IOException {
        byte[] tail = new byte[(int) Math.min(access.length(), END_BYTES + 0xFFFF)];
        long start = access.length() - tail.length;
        access.seek(start);
        access.readFully(tail);
        for (int at = tail.length - END_BYTES; at >= 0; at--) {
            boolean signature = tail[at] == 'P' && tail[at + 1] == 'K' && tail[at + 2] == 5 && tail[at + 3] == 6;
            int comment = tail[at + 20] & 0xFF | (tail[at + 21] & 0xFF) << 8;
            if (signature && at + END_BYTES + comment == tail.length) {
                return start + at;
            }
        }
        return -1;
    }

    /** Returns the central directory, which ends where the last record, or that of zip64, starts. */
    private static ByteBuffer directory(RandomAccessFile access, long end) throws IOException {
        long length = bytes(access, end + 12, 4).getInt(0) & 0xFFFFFFFFL;
        long directoryEnd = end;
        if (end >= LOCATOR_BYTES + END_64_BYTES
                && bytes(access, end - LOCATOR_BYTES, 4).getInt(0) == 0x07064b50) {
            directoryEnd = end - LOCATOR_BYTES - END_64_BYTES;
            ByteBuffer record = bytes(access, directoryEnd, END_64_BYTES);
            length = record.getInt(0) == 0x06064b50 ? record.getLong(40) : -1;
        }
        boolean possible = length >= 0 && length <= Math.min(directoryEnd, LARGEST_DIRECTORY);
        return possible ? bytes(access, directoryEnd - length, (int) length) : ByteBuffer.allocate(0);
    }

    private static ByteBuffer bytes(RandomAccessFile access, long from, int count) throws IOException {
        byte[] bytes = new byte[count];
        access.seek(from);
        access.readFully(bytes);
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
