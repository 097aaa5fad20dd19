package dev.voxgrad.medmnist.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * Remembers a file as it was, to notice later that it has been written to: by its length and the time of its last
 * change. A change that leaves both as they were is not noticed. A file that was renamed, deleted or replaced by
 * another one counts as unchanged, since a mapping still shows the old one.
 *
 * @param file path of the file
 * @param size its length in bytes
 * @param modified time of its last change
 * @param key the system's identity of the file; null where there is none
 */
public record FileStamp(
        Path file, long size, FileTime modified, @Nullable Object key) {
    /**
     * Returns the file as it is now.
     *
     * @throws DataFileException if it cannot be read
     */
    public static FileStamp of(Path file) {
        try {
            BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
            return new FileStamp(file, now.size(), now.lastModifiedTime(), now.fileKey());
        } catch (IOException e) {
            throw new DataFileException(file.toString(), "cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * Checks that the file has not been written to.
     *
     * @throws DataFileException if it has changed
     */
    public void requireUnchanged() {
        if (Files.exists(file)) {
            FileStamp now = of(file);
            if (Objects.equals(key, now.key) && !(size == now.size && modified.equals(now.modified))) {
                throw changed(null);
            }
        }
    }

    /** Returns the error that the file has changed. */
    public DataFileException changed(@Nullable Throwable cause) {
        return new DataFileException(
                file.toString(),
                "has changed since it was opened, so its volumes cannot be trusted. Restore it and repeat the command; "
                        + "a run is resumed from its last checkpoint. Leave a file alone while it is in use, or read "
                        + "it into memory with --cache RAM",
                cause);
    }
}
