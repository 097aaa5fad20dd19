package dev.voxgrad.medmnist.importing;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.CRC32;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

import dev.voxgrad.medmnist.io.AtomicFile;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.io.TextFile;
import dev.voxgrad.medmnist.nifti.NiftiFile;
import dev.voxgrad.medmnist.run.json.RunJson;

/**
 * Keeps the volumes of an import that is under way, in a folder {@code SET.npz.import}, so that an interrupted import
 * continues: {@code settings.json}, {@code volumes} with one volume after the other, and {@code done.jsonl} with a line
 * for each of them. A line is written after its volume and has its checksum, so that a volume counts only if all of it
 * arrived. A scan that has changed since is prepared again.
 */
final class ImportJournal implements AutoCloseable {
    private static final String SETTINGS = "settings.json";
    private static final String VOLUMES = "volumes";
    private static final String DONE = "done.jsonl";
    private static final List<String> FILES = List.of(SETTINGS, VOLUMES, DONE);

    private final Path folder;
    private final int volumeBytes;
    private final FileChannel volumes;
    private final FileChannel lines;
    private final Map<String, Entry> done = new HashMap<>();
    private int slots;

    /**
     * Describes a finished volume.
     *
     * @param files the scan's file, or both files of a pair, as they were
     * @param slot where the volume is, from 0
     * @param crc checksum of the volume (CRC-32)
     */
    record Entry(List<Stamp> files, int slot, long crc, VolumeOrigin origin) {}

    /**
     * Describes a file, to notice later that it has changed.
     *
     * @param size in bytes
     * @param modified when it was last changed, in milliseconds since 1970
     */
    record Stamp(long size, long modified) {}

    private ImportJournal(Path folder, int volumeBytes) throws IOException {
        this.folder = folder;
        this.volumeBytes = volumeBytes;
        this.volumes = open(VOLUMES);
        this.lines = open(DONE);
    }

    private FileChannel open(String name) throws IOException {
        return FileChannel.open(
                folder.resolve(name), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    /** Returns the folder of an import. */
    static Path folderOf(Path out) {
        return out.resolveSibling(out.getFileName() + ".import");
    }

    /**
     * Opens the folder of an import, which is made if there is none.
     *
     * @throws DataFileException if it has other settings, is in use, or cannot be written
     */
    static ImportJournal open(Path out, PrepareSettings settings) {
        Path folder = folderOf(out);
        try {
            Files.createDirectories(folder);
            String text = RunJson.write(settings);
            Path stated = folder.resolve(SETTINGS);
            if (Files.exists(stated) && !TextFile.text(stated).equals(text)) {
                throw new DataFileException(
                        folder.toString(),
                        "holds an unfinished import with other settings (" + SETTINGS + "). Repeat its settings to "
                                + "continue it, or remove the folder to start from scratch");
            }
            AtomicFile.write(stated, text);
            ImportJournal journal = new ImportJournal(
                    folder, settings.elements() * settings.type().bytes());
            journal.lock();
            journal.readLines();
            return journal;
        } catch (IOException e) {
            throw unusable(folder, e);
        }
    }

    private static DataFileException unusable(Path folder, IOException e) {
        return new DataFileException(
                folder.toString(), "cannot be used to keep finished volumes: " + AtomicFile.describe(e), e);
    }

    private void lock() throws IOException {
        FileLock lock;
        try {
            lock = lines.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        }
        if (lock == null) {
            close();
            throw new DataFileException(folder.toString(), "is in use by another import; wait until it has finished");
        }
    }

    /** Reads the lines; an incomplete last one, of a process that was killed, is overwritten. */
    private void readLines() throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(lines.size()));
        while (bytes.hasRemaining() && lines.read(bytes) >= 0) {
            continue;
        }
        String text = new String(bytes.array(), StandardCharsets.UTF_8);
        int end = text.lastIndexOf('\n') + 1;
        for (String line : text.substring(0, end).lines().toList()) {
            Entry entry = RunJson.read(line, Entry.class, folder.resolve(DONE).toString());
            if (entry.origin == null || entry.slot < 0) {
                throw new DataFileException(folder.resolve(DONE).toString(), "is damaged; remove the folder");
            }
            done.put(entry.origin.file(), entry);
            slots = Math.max(slots, entry.slot + 1);
        }
        lines.truncate(text.substring(0, end).getBytes(StandardCharsets.UTF_8).length);
        lines.position(lines.size());
    }

    /** Returns the record of a volume; null if it is unfinished or damaged, or its scan has changed since. */
    synchronized @Nullable VolumeOrigin finished(String name, Path scan) {
        Entry entry = done.get(name);
        try {
            boolean valid = entry != null && stamps(scan).equals(entry.files) && crc(read(entry.slot)) == entry.crc;
            return valid ? Objects.requireNonNull(entry).origin : null;
        } catch (IOException e) {
            throw unusable(folder, e);
        }
    }

    /** Keeps a finished volume. */
    void add(String name, Path scan, PreparedVolume volume) {
        try {
            int slot = nextSlot();
            ByteBuffer bytes = ByteBuffer.wrap(volume.bytes());
            for (long at = (long) slot * volumeBytes; bytes.hasRemaining(); ) {
                at += volumes.write(bytes, at);
            }
            append(new Entry(stamps(scan), slot, crc(volume.bytes()), volume.origin(name)));
        } catch (IOException e) {
            throw unusable(folder, e);
        }
    }

    private static List<Stamp> stamps(Path scan) throws IOException {
        List<Stamp> stamps = new ArrayList<>();
        for (Path file : NiftiFile.files(scan)) {
            stamps.add(
                    new Stamp(Files.size(file), Files.getLastModifiedTime(file).toMillis()));
        }
        return stamps;
    }

    private synchronized int nextSlot() {
        return slots++;
    }

    private synchronized void append(Entry entry) throws IOException {
        ByteBuffer line = StandardCharsets.UTF_8.encode(JsonMapper.shared().writeValueAsString(entry) + "\n");
        while (line.hasRemaining()) {
            lines.write(line);
        }
        done.put(entry.origin.file(), entry);
    }

    private static long crc(byte[] bytes) {
        CRC32 crc = new CRC32();
        crc.update(bytes);
        return crc.getValue();
    }

    /** Returns a slot's bytes, with zeros where the file ends early. */
    private byte[] read(int slot) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(volumeBytes);
        int got = 0;
        while (bytes.hasRemaining() && got >= 0) {
            got = volumes.read(bytes, (long) slot * volumeBytes + bytes.position());
        }
        return bytes.array();
    }

    /** Returns the record of a finished volume. */
    synchronized VolumeOrigin origin(String name) {
        return entry(name).origin;
    }

    private synchronized Entry entry(String name) {
        return Objects.requireNonNull(done.get(name), name);
    }

    /** Writes a finished volume. */
    void copy(String name, OutputStream out) throws IOException {
        out.write(read(entry(name).slot));
    }

    /** Removes the folder once the set is written. */
    void remove() {
        try {
            close();
            for (String file : FILES) {
                Files.deleteIfExists(folder.resolve(file));
            }
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            throw new DataFileException(
                    folder.toString(), "is not needed now, but cannot be removed: " + AtomicFile.describe(e), e);
        }
    }

    @Override
    public void close() {
        try (volumes;
                lines) {
            return;
        } catch (IOException e) {
            throw unusable(folder, e);
        }
    }
}
