package dev.voxgrad.medmnist.data;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * A {@code .npz} file: a zip of {@code .npy} arrays, stored or deflated.
 *
 * <p>Nothing in the file is trusted: sizes are checked before memory is taken, and every member's CRC-32 is
 * compared once it is read ({@link ZipFile} does not do that). Whatever is wrong is a {@link DataFileException}.
 */
public final class NpzFile implements AutoCloseable {
    private static final String SUFFIX = ".npy";
    /** Deflate cannot shrink data further than about 1032:1 (RFC 1951: 258 bytes in two bits), so more is a lie. */
    private static final long LARGEST_RATIO = 1032;

    /** Length of a zip's last record without the comment. */
    private static final int END_BYTES = 22;

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
            throw new DataFileException(file.toString(), "is not a readable .npz (zip) file: " + e.getMessage()
                    + ". It is truncated, damaged or something else; fetch it again", e);
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

    /** The zip's last record must reach to the end of the file; {@link ZipFile} would overlook junk after it. */
    private static void checkEnd(Path file) throws IOException {
        byte[] tail;
        try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "r")) {
            tail = new byte[(int) Math.min(access.length(), END_BYTES + 0xFFFF)];
            access.seek(access.length() - tail.length);
            access.readFully(tail);
        }
        for (int at = tail.length - END_BYTES; at >= 0; at--) {
            boolean signature = tail[at] == 'P' && tail[at + 1] == 'K' && tail[at + 2] == 5 && tail[at + 3] == 6;
            int comment = tail[at + 20] & 0xFF | (tail[at + 21] & 0xFF) << 8;
            if (signature && at + END_BYTES + comment == tail.length) {
                return;
            }
        }
        throw new IOException("no end record at its end");
    }

    private void readDirectory() {
        for (ZipEntry entry : (Iterable<ZipEntry>) zip.stream().map(ZipEntry.class::cast)::iterator) {
            String name = entry.getName();
            String key = name.endsWith(SUFFIX) ? name.substring(0, name.length() - SUFFIX.length()) : name;
            if (members.put(key, entry) != null) {
                throw new DataFileException(file.toString(), "has two members named " + key
                        + "; expected each once. Write the file again");
            }
        }
    }

    /** Names of the members, without {@code .npy}, in the file's order. */
    public Set<String> names() {
        return Collections.unmodifiableSet(members.keySet());
    }

    /** Reads one array by its name without {@code .npy}. */
    public NpyArray read(String name) {
        ZipEntry entry = members.get(name);
        if (entry == null) {
            throw new DataFileException(file.toString(), "has no array " + name + "; it holds "
                    + String.join(", ", members.keySet()));
        }
        String where = file + " (" + name + ")";
        checkSize(entry, where);
        try (CheckedInputStream in = new CheckedInputStream(zip.getInputStream(entry), new CRC32())) {
            NpyArray array = NpyArray.read(in, entry.getSize(), where);
            if (in.getChecksum().getValue() != entry.getCrc()) {
                throw new DataFileException(where, "checksum (CRC-32) does not match: the file is damaged. "
                        + "Fetch it again");
            }
            return array;
        } catch (IOException e) {
            throw new DataFileException(where, "cannot be unpacked: " + e.getMessage()
                    + ". The file is truncated or damaged; fetch it again", e);
        }
    }

    private void checkSize(ZipEntry entry, String where) {
        long packed = entry.getCompressedSize();
        long size = entry.getSize();
        boolean possible = size >= 0 && packed >= 0 && packed <= file.toFile().length()
                && (entry.getMethod() == ZipEntry.STORED ? size == packed : size / LARGEST_RATIO <= packed);
        if (!possible) {
            throw new DataFileException(where, "states " + size + " bytes unpacked from " + packed
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
