package dev.voxgrad.medmnist.io;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.UUID;

/** Writes files that appear whole or not at all: into a temporary neighbour, synced, then renamed. */
public final class AtomicFile {
    private static final int BUFFER = 1 << 16;

    private AtomicFile() {}

    /** Writes the content of a file, part by part. */
    @FunctionalInterface
    public interface Content {
        public void writeTo(OutputStream out) throws IOException;
    }

    /** Writes a content that need not fit into memory; otherwise as {@link #write(Path, CharSequence)}. */
    public static void write(Path path, Content content) {
        write(path, followed(path), content);
    }

    /**
     * Writes {@code text} in UTF-8, replacing the content of {@code path}.
     *
     * @throws DataFileException if that can't be done; an existing file is then unchanged
     */
    public static void write(Path path, CharSequence text) {
        write(path, followed(path), StandardCharsets.UTF_8.encode(text.toString()));
    }

    /** Writes these bytes; otherwise as {@link #write(Path, CharSequence)}. */
    public static void write(Path path, byte[] content) {
        write(path, followed(path), ByteBuffer.wrap(content));
    }

    /** Writes {@code text}; otherwise as {@link #write(Path, CharSequence)}, but a link is replaced, not followed. */
    public static void replace(Path path, CharSequence text) {
        write(path, path, StandardCharsets.UTF_8.encode(text.toString()));
    }

    private static void write(Path path, Path target, ByteBuffer bytes) {
        write(path, target, out -> out.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining()));
    }

    private static void write(Path path, Path target, Content content) {
        requireWritable(path);
        Path unfinished = target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + ".part");
        try {
            try (FileChannel channel =
                    FileChannel.open(unfinished, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER);
                content.writeTo(out);
                out.flush();
                channel.force(true);
            }
            move(unfinished, target);
            syncFolder(Objects.requireNonNull(target.toAbsolutePath().getParent()));
        } catch (IOException e) {
            deleteQuietly(unfinished);
            throw new DataFileException(
                    path.toString(), "cannot be written: " + describe(e) + "; what was there before is unchanged", e);
        }
    }

    /**
     * Checks what can be checked before any work is done: whether the folder of the file exists, and whether the path
     * is free or a plain file.
     *
     * @throws DataFileException if not
     */
    public static void requireWritable(Path path) {
        Path folder = path.toAbsolutePath().getParent();
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            throw new DataFileException(
                    path.toString(), "is no plain file and cannot be replaced by one; choose another name");
        }
        if (folder == null || !Files.isDirectory(folder)) {
            throw new DataFileException(
                    path.toString(),
                    "cannot be written: there is no folder " + folder + "; make it, or choose another");
        }
        if (!Files.isWritable(folder) || Files.exists(path) && !Files.isWritable(path)) {
            throw new DataFileException(
                    path.toString(),
                    "may not be written; check the permissions of it and its folder, or choose another");
        }
    }

    /** Returns the target of a link, so that the link stays one and its target is replaced. */
    private static Path followed(Path path) {
        try {
            return Files.exists(path) ? path.toRealPath() : path;
        } catch (IOException e) {
            throw new DataFileException(path.toString(), "cannot be written: " + describe(e), e);
        }
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Ensures that renames in a folder survive a power cut, if the system supports that for folders. */
    public static void syncFolder(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // Windows opens no folders; its renames are in the journal.
            return;
        }
    }

    private static void deleteQuietly(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // The message about the file itself matters more than this leftover.
            return;
        }
    }

    /** Describes an I/O error for a user: the JDK's messages often contain only the path. */
    public static String describe(IOException e) {
        return switch (e) {
            case java.nio.file.AccessDeniedException denied -> "permission denied";
            case java.nio.file.NoSuchFileException missing -> "no such file or folder: " + missing.getFile();
            case java.nio.file.FileAlreadyExistsException exists -> "a file of that name is in the way";
            case java.nio.file.NotDirectoryException file -> "is a file, expected a folder";
            case java.nio.charset.CharacterCodingException binary -> "it is not a text file";
            case java.nio.file.FileSystemException other when other.getReason() != null -> other.getReason();
            default -> e.getMessage() == null ? e.toString() : e.getMessage();
        };
    }
}
