package dev.voxgrad.medmnist.data.npz;

import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.io.FileKind;

/**
 * A {@code .npz} file: a zip of {@code .npy} arrays, stored or deflated.
 *
 * <p>Nothing in the file is trusted: sizes are checked before memory is taken, and every member's CRC-32 is
 * compared once it is read ({@link ZipFile} does not do that). Whatever is wrong is a {@link DataFileException}.
 */
public final class NpzFile implements AutoCloseable {
    private static final String SUFFIX = ".npy";
    /** Deflate cannot shrink data further than about 1032:1 (RFC 1951: 258 bytes in two bits), so more is false. */
    private static final long LARGEST_RATIO = 1032;

    private static final int MOST_NAMES_SHOWN = 12;
    private static final long CHECKED_BYTES = 1L << 28;

    private final Path file;
    private final ZipFile zip;
    private final Map<String, ZipEntry> members = new LinkedHashMap<>();

    private NpzFile(Path file, ZipFile zip) {
        this.file = file;
        this.zip = zip;
    }

    /** Opens the file and reads its directory. */
    public static NpzFile open(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new DataFileException(file.toString(), Files.exists(file) ? "is not a file" : "no such file");
        }
        ZipFile zip;
        try {
            checkEnd(file);
            zip = new ZipFile(file.toFile());
        } catch (IOException e) {
            throw unreadable(file, e);
        }
        NpzFile npz = new NpzFile(file, zip);
        try {
            npz.readDirectory();
        } catch (DataFileException e) {
            npz.close();
            throw e;
        }
        return npz;
    }

    /** Requires the zip's last record to reach the end of the file; {@link ZipFile} would overlook junk after it. */
    private static void checkEnd(Path file) throws IOException {
        try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "r")) {
            if (ZipDirectory.endRecord(access) < 0) {
                throw new IOException("no end record at its end");
            }
        }
    }

    private static DataFileException unreadable(Path file, IOException failure) {
        String reason = failure.getMessage() + ". It is truncated, damaged or something else; fetch it again";
        try (InputStream in = Files.newInputStream(file)) {
            reason = FileKind.of(in.readNBytes(FileKind.HEAD))
                    .map(kind -> "it " + kind.words() + ". " + kind.advice())
                    .or(() -> problem(file))
                    .orElse(reason);
        } catch (IOException e) {
            failure.addSuppressed(e); // the first failure says more
        }
        return new DataFileException(file.toString(), "is not a readable .npz (zip) file: " + reason, failure);
    }

    private static Optional<String> problem(Path file) {
        try {
            return ZipProblem.of(file);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private void readDirectory() {
        for (ZipEntry entry : (Iterable<ZipEntry>) zip.stream().map(ZipEntry.class::cast)::iterator) {
            String name = entry.getName();
            String key = name.endsWith(SUFFIX) ? name.substring(0, name.length() - SUFFIX.length()) : name;
            if (members.put(key, entry) != null) {
                throw new DataFileException(
                        file.toString(),
                        "has two members named " + FileKind.shown(key) + "; expected each once. Write the file again");
            }
        }
    }

    /** Returns the names of the members, without {@code .npy}, in the file's order. */
    public Set<String> names() {
        return Collections.unmodifiableSet(members.keySet());
    }

    /** What is done with an array while it comes from the file. */
    @FunctionalInterface
    public interface Reader<T> {
        public T read(NpyStream stream) throws IOException;
    }

    /** Reads one array by its name without {@code .npy}. */
    public NpyArray read(String name) {
        return read(name, NpyArray::read);
    }

    /**
     * Reads one array by its name without {@code .npy}, as a stream. If the reader takes all of it, its checksum is
     * compared; what it has taken is to be used only if this returns.
     */
    public <T> T read(String name, Reader<T> reader) {
        ZipEntry entry = members.get(name);
        if (entry == null) {
            throw missing(name);
        }
        String where = where(name);
        checkSize(entry, where);
        try (CheckedInputStream in = new CheckedInputStream(zip.getInputStream(entry), new CRC32())) {
            NpyStream stream = NpyStream.open(in, entry.getSize(), where);
            T result = reader.read(stream);
            if (stream.isRead()) {
                stream.requireEnd();
                if (in.getChecksum().getValue() != entry.getCrc()) {
                    throw damaged(where);
                }
            }
            return result;
        } catch (IOException e) {
            throw new DataFileException(
                    where,
                    "cannot be unpacked: " + e.getMessage() + ". The file is truncated or damaged; fetch it again",
                    e);
        }
    }

    /**
     * Maps the elements of an array that is stored without compression, in the file's order and byte order. The memory
     * is unmapped once nothing refers to it; the file may be closed before.
     *
     * @param header of the array, as {@link #read} gives it
     * @return empty if the array is compressed
     * @throws DataFileException if its checksum does not match
     */
    public Optional<MemorySegment> map(String name, NpyHeader header) {
        ZipEntry entry = members.get(name);
        if (entry == null || entry.getMethod() != ZipEntry.STORED) {
            return Optional.empty();
        }
        try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "r")) {
            long data = -1;
            for (ZipDirectory.Entry listed : ZipDirectory.of(access)) {
                data = listed.name().equals(entry.getName()) ? ZipDirectory.data(access, listed) : data;
            }
            if (data < 0 || data > access.length() - entry.getSize()) {
                return Optional.empty();
            }
            MemorySegment all =
                    access.getChannel().map(FileChannel.MapMode.READ_ONLY, data, entry.getSize(), Arena.ofAuto());
            if (checksum(all) != entry.getCrc()) {
                throw damaged(where(name));
            }
            long elements = header.count() * header.type().kind().bytes();
            return Optional.of(all.asSlice(entry.getSize() - elements));
        } catch (IOException e) {
            throw new DataFileException(where(name), "cannot be mapped: " + e.getMessage(), e);
        }
    }

    /** Returns the CRC-32 of mapped bytes, of which a buffer shows less than 2³¹ at a time. */
    private static long checksum(MemorySegment bytes) {
        CRC32 crc = new CRC32();
        for (long from = 0; from < bytes.byteSize(); from += CHECKED_BYTES) {
            crc.update(bytes.asSlice(from, Math.min(CHECKED_BYTES, bytes.byteSize() - from))
                    .asByteBuffer());
        }
        return crc.getValue();
    }

    private String where(String name) {
        return file + " (" + name + ")";
    }

    private static DataFileException damaged(String where) {
        return new DataFileException(where, "checksum (CRC-32) does not match: the file is damaged. Fetch it again");
    }

    private DataFileException missing(String name) {
        String held = members.keySet().stream()
                .limit(MOST_NAMES_SHOWN)
                .map(FileKind::shown)
                .collect(Collectors.joining(", "));
        if (members.size() > MOST_NAMES_SHOWN) {
            held += " and " + (members.size() - MOST_NAMES_SHOWN) + " more";
        }
        return new DataFileException(
                file.toString(),
                "has no array " + name + "; it holds "
                        + (held.isEmpty() ? "nothing" : held) + ". Save all arrays under their names with "
                        + "numpy.savez_compressed(" + FileKind.ARRAYS + ")");
    }

    private void checkSize(ZipEntry entry, String where) {
        long packed = entry.getCompressedSize();
        long size = entry.getSize();
        boolean possible = size >= 0
                && packed >= 0
                && packed <= file.toFile().length()
                && (entry.getMethod() == ZipEntry.STORED ? size == packed : size / LARGEST_RATIO <= packed);
        if (!possible) {
            throw new DataFileException(
                    where,
                    "states " + size + " bytes unpacked from " + packed
                            + " bytes, which cannot be. The file is damaged; fetch it again");
        }
    }

    @Override
    public void close() {
        try {
            zip.close();
        } catch (IOException e) {
            throw new DataFileException(file.toString(), "cannot be closed: " + e.getMessage(), e);
        }
    }
}
