package dev.voxgrad.medmnist.io;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Allocates memory in a temporary file, which the system may write to disk and drop from RAM at any time. The file is
 * in {@code $TMPDIR} and loses its name at once, so that its space is free again when the process ends, however it
 * ends.
 */
public final class ScratchFile {
    private static final double GIB = 1L << 30;
    /** Bytes that are left free on the disk. */
    private static final long RESERVE = 1L << 26;

    private static final int BLOCK = 1 << 20;

    private ScratchFile() {}

    /**
     * Returns that much memory, filled with zeros.
     *
     * @param what is to be kept in it, as the subject of a sentence, for messages
     * @param notes is given a line that says where the file is, and how large
     * @throws DataFileException if the disk has no room for it; the message says what to do
     */
    public static MemorySegment allocate(long bytes, String what, Consumer<String> notes) {
        Path folder = Path.of(System.getProperty("java.io.tmpdir"));
        try {
            requireSpace(folder.toFile().getUsableSpace(), bytes, what, folder);
            notes.accept(String.format(
                    Locale.ROOT,
                    "%s: unpacked to a temporary file of %.2f GiB in %s%s",
                    what,
                    bytes / GIB,
                    folder,
                    isInMemory(folder) ? ", which is in memory; TMPDIR chooses another folder" : ""));
            return map(Files.createTempFile(folder, "voxgrad-", ".voxels"), bytes);
        } catch (IOException e) {
            throw new DataFileException(
                    folder.toString(), "cannot hold a temporary file: " + e.getMessage() + "; " + advice(), e);
        }
    }

    /** Checks that a disk with that many free bytes has room for the file, and some more. */
    static void requireSpace(long free, long bytes, String what, Path folder) {
        if (free < bytes + RESERVE) {
            throw new DataFileException(
                    folder.toString(),
                    String.format(
                            Locale.ROOT,
                            "has %.2f GiB free, but unpacking %s takes %.2f GiB; %s",
                            free / GIB,
                            what,
                            (bytes + RESERVE) / GIB,
                            advice()));
        }
    }

    private static boolean isInMemory(Path folder) {
        try {
            return Files.getFileStore(folder).type().equals("tmpfs");
        } catch (IOException e) {
            return false; // some containers do not list their mounts
        }
    }

    private static String advice() {
        return "set TMPDIR to a folder with more room, save the arrays without compression (numpy.savez), which needs "
                + "no temporary file, or read them into memory with --cache RAM";
    }

    private static MemorySegment map(Path file, long bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            // A full disk is an error here; once the file is mapped, it would end the JVM's access to a page.
            ByteBuffer zeros = ByteBuffer.allocateDirect(BLOCK);
            for (long left = bytes; left > 0; left -= zeros.limit()) {
                zeros.clear().limit((int) Math.min(BLOCK, left));
                while (zeros.hasRemaining()) {
                    channel.write(zeros);
                }
            }
            return channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes, Arena.ofAuto());
        } finally {
            if (!file.toFile().delete()) {
                file.toFile().deleteOnExit(); // on systems that keep the name of an open file
            }
        }
    }
}
