package dev.voxgrad.nativecheck.library;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import dev.voxgrad.nativecheck.machine.SystemText;

/**
 * Represents the dynamic section of a shared library (System V ABI, chapter 5; 64 bits, little-endian, x86-64).
 *
 * @param soname the name under which the loader knows it
 * @param needed the names of the libraries that it needs, in its order and without duplicates
 * @param runPath folders in which the loader looks for those, with {@code $ORIGIN} expanded
 */
public record Elf(Optional<String> soname, List<String> needed, List<Path> runPath) {
    private static final int HEADER = 64;
    private static final int MAGIC = 0x464c457f;
    private static final int CLASS_64_LITTLE_ENDIAN = 0x0102;
    private static final int MACHINE_X86_64 = 62;
    private static final int SEGMENT = 56;
    private static final int SEGMENT_LOAD = 1;
    private static final int SEGMENT_DYNAMIC = 2;
    private static final int ENTRY = 16;
    private static final int NEEDED = 1;
    private static final int STRING_TABLE = 5;
    private static final int STRING_TABLE_SIZE = 10;
    private static final int SONAME = 14;
    private static final int OLD_RUN_PATH = 15;
    private static final int RUN_PATH = 29;
    /** Dynamic sections have a few dozen entries, and libraries need a few dozen others. */
    private static final int MAX_ENTRIES = 1 << 14;

    private static final int MAX_FOLDERS = 1 << 10;

    /** Describes a segment of the file: its kind, and its location in the file and in memory. */
    private record Segment(int kind, long offset, long address, long size) {}

    /** Represents an entry of the dynamic section. */
    private record Entry(long tag, long value) {}

    /**
     * Reads a library. Whatever the file claims, reading is bounded: about 1 MB in addition to the names, and for the
     * names the size of the file ({@link ElfStrings}).
     *
     * @throws IOException if it cannot be read or is not a library for this platform; the message is half a sentence
     */
    public static Elf read(Path library) throws IOException {
        // Opening a named pipe would wait for a writer.
        if (!Files.isRegularFile(library) || !Files.isReadable(library)) {
            throw new IOException("cannot be read");
        }
        try (FileChannel file = FileChannel.open(library, StandardOpenOption.READ)) {
            return read(file, library);
        } catch (FileSystemException e) {
            throw new IOException("cannot be read" + (e.getReason() == null ? "" : " (" + e.getReason() + ")"), e);
        }
    }

    private static Elf read(FileChannel file, Path library) throws IOException {
        List<Segment> segments = segments(file);
        List<Entry> entries = entries(file, segments);
        ElfStrings strings = strings(file, segments, entries);
        List<String> needed = values(entries, NEEDED, strings);
        List<String> paths = values(entries, RUN_PATH, strings);
        return new Elf(
                values(entries, SONAME, strings).stream().findFirst(),
                needed,
                folders(paths.isEmpty() ? values(entries, OLD_RUN_PATH, strings) : paths, library));
    }

    private static List<Segment> segments(FileChannel file) throws IOException {
        ByteBuffer header = read(file, 0, HEADER);
        if (header.getInt(0) != MAGIC) {
            throw new IOException("is not a shared library");
        }
        if (header.getShort(4) != CLASS_64_LITTLE_ENDIAN || header.getShort(18) != MACHINE_X86_64) {
            throw new IOException("is a library for another kind of processor");
        }
        int count = Short.toUnsignedInt(header.getShort(56));
        ByteBuffer table = read(file, header.getLong(32), (long) count * SEGMENT);
        List<Segment> segments = new ArrayList<>();
        for (int at = 0; at < table.capacity(); at += SEGMENT) {
            int kind = table.getInt(at);
            if (kind == SEGMENT_LOAD || kind == SEGMENT_DYNAMIC) {
                segments.add(new Segment(kind, table.getLong(at + 8), table.getLong(at + 16), table.getLong(at + 32)));
            }
        }
        return segments;
    }

    private static List<Entry> entries(FileChannel file, List<Segment> segments) throws IOException {
        Segment dynamic = segments.stream()
                .filter(segment -> segment.kind() == SEGMENT_DYNAMIC)
                .findFirst()
                .orElseThrow(() -> new IOException("is not a shared library"));
        if (dynamic.size() > (long) MAX_ENTRIES * ENTRY) {
            throw new IOException("is damaged");
        }
        ByteBuffer section = read(file, dynamic.offset(), dynamic.size());
        List<Entry> entries = new ArrayList<>();
        for (int at = 0; at + ENTRY <= section.capacity() && section.getLong(at) != 0; at += ENTRY) {
            entries.add(new Entry(section.getLong(at), section.getLong(at + 8)));
        }
        return entries;
    }

    /** Returns the string table, which is given by its address in memory. */
    private static ElfStrings strings(FileChannel file, List<Segment> segments, List<Entry> entries)
            throws IOException {
        long address = value(entries, STRING_TABLE);
        Segment holder = segments.stream()
                .filter(segment -> segment.kind() == SEGMENT_LOAD
                        && address >= segment.address()
                        && address - segment.address() < segment.size())
                .findFirst()
                .orElseThrow(() -> new IOException("is damaged"));
        return new ElfStrings(file, holder.offset() + address - holder.address(), value(entries, STRING_TABLE_SIZE));
    }

    private static long value(List<Entry> entries, int tag) throws IOException {
        return entries.stream()
                .filter(entry -> entry.tag() == tag)
                .mapToLong(Entry::value)
                .findFirst()
                .orElseThrow(() -> new IOException("is damaged"));
    }

    private static List<String> values(List<Entry> entries, int tag, ElfStrings strings) throws IOException {
        List<String> values = new ArrayList<>();
        for (long at : entries.stream()
                .filter(entry -> entry.tag() == tag)
                .mapToLong(Entry::value)
                .distinct()
                .toArray()) {
            values.add(strings.at(at));
        }
        return values.stream().distinct().toList();
    }

    private static List<Path> folders(List<String> paths, Path library) {
        String origin = String.valueOf(library.toAbsolutePath().getParent());
        return paths.stream()
                .flatMap(path -> Arrays.stream(path.split(":")))
                .filter(folder -> !folder.isEmpty())
                .distinct()
                .limit(MAX_FOLDERS)
                .flatMap(folder -> folder(folder, origin))
                .toList();
    }

    private static Stream<Path> folder(String name, String origin) {
        return SystemText.path(name.replace("${ORIGIN}", origin).replace("$ORIGIN", origin)).stream()
                .map(path -> path.toAbsolutePath().normalize());
    }

    /** Reads a part of the file, never more than the file contains. */
    static ByteBuffer read(FileChannel file, long offset, long size) throws IOException {
        if (offset < 0 || size < 0 || size > Integer.MAX_VALUE || offset > file.size() - size) {
            throw new IOException("is damaged or truncated");
        }
        ByteBuffer buffer = ByteBuffer.allocate((int) size).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (file.read(buffer, offset + buffer.position()) < 0) {
                throw new IOException("is damaged or truncated");
            }
        }
        return buffer;
    }
}
