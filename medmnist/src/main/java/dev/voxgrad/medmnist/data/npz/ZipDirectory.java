package dev.voxgrad.medmnist.data.npz;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the central directory of a zip archive (APPNOTE.TXT of PKWARE, 4.3.12 for its entries, 4.5.3 for sizes beyond
 * 32 bits). It is as cautious with it as if it were random: whatever does not fit ends the list.
 */
final class ZipDirectory {
    private static final int END_BYTES = 22;
    private static final int ENTRY_BYTES = 46;
    private static final int LOCAL_BYTES = 30;
    private static final int LARGEST_DIRECTORY = 1 << 24;
    private static final int END_64_BYTES = 56;
    private static final int LOCATOR_BYTES = 20;
    private static final int ZIP64_FIELD = 1;
    private static final long IN_ZIP64_FIELD = 0xFFFFFFFFL;

    private ZipDirectory() {}

    /**
     * Describes a member.
     *
     * @param flags its general purpose bits
     * @param method how it is packed: 0 for stored, 8 for Deflate
     * @param header where its local header starts; −1 if that is not understood
     */
    record Entry(String name, int flags, int method, long header) {}

    /** Returns the members in the order of the directory. */
    static List<Entry> of(RandomAccessFile access) throws IOException {
        List<Entry> entries = new ArrayList<>();
        long end = endRecord(access);
        ByteBuffer directory = end < 0 ? ByteBuffer.allocate(0) : directory(access, end);
        while (directory.remaining() >= ENTRY_BYTES && directory.getInt(directory.position()) == 0x02014b50) {
            int at = directory.position();
            int nameLength = unsigned(directory, at + 28);
            int extraLength = unsigned(directory, at + 30);
            int length = ENTRY_BYTES + nameLength + extraLength + unsigned(directory, at + 32);
            if (directory.remaining() < length) {
                break;
            }
            String name = new String(directory.array(), at + ENTRY_BYTES, nameLength, StandardCharsets.UTF_8);
            entries.add(new Entry(
                    name,
                    unsigned(directory, at + 8),
                    unsigned(directory, at + 10),
                    header(directory, at, at + ENTRY_BYTES + nameLength, extraLength)));
            directory.position(at + length);
        }
        return entries;
    }

    /** Returns where the local header of the entry at {@code at} starts, which may be said in its field of zip64. */
    private static long header(ByteBuffer directory, int at, int extra, int extraLength) {
        long header = directory.getInt(at + 42) & 0xFFFFFFFFL;
        if (header != IN_ZIP64_FIELD) {
            return header;
        }
        int before = 0; // bytes of the sizes, which come first if they are there
        for (int size = 20; size <= 24; size += 4) {
            before += (directory.getInt(at + size) & 0xFFFFFFFFL) == IN_ZIP64_FIELD ? 8 : 0;
        }
        int end = extra + extraLength;
        for (int field = extra; field + 4 <= end; field += 4 + unsigned(directory, field + 2)) {
            int bytes = unsigned(directory, field + 2);
            if (unsigned(directory, field) == ZIP64_FIELD && bytes >= before + 8 && field + 4 + bytes <= end) {
                return directory.getLong(field + 4 + before);
            }
        }
        return -1;
    }

    /** Returns where the bytes of a member start, or −1 if there is no local header of that name. */
    static long data(RandomAccessFile access, Entry entry) throws IOException {
        if (entry.header < 0 || entry.header > access.length() - LOCAL_BYTES) {
            return -1;
        }
        ByteBuffer local = bytes(access, entry.header, LOCAL_BYTES);
        int nameLength = unsigned(local, 26);
        long name = entry.header + LOCAL_BYTES;
        if (local.getInt(0) != 0x04034b50 || nameLength > access.length() - name) {
            return -1;
        }
        String found = new String(bytes(access, name, nameLength).array(), StandardCharsets.UTF_8);
        return found.equals(entry.name) ? name + nameLength + unsigned(local, 28) : -1;
    }

    private static int unsigned(ByteBuffer buffer, int at) {
        return buffer.getShort(at) & 0xFFFF;
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
