package dev.voxgrad.medmnist.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * Reads and writes below the folder of a run, which may come from someone else, and never leaves it: no link below the
 * folder is followed, wherever it leads, and nothing but regular files and folders is opened. A pipe or a device
 * instead of a file would block or never end. The folder itself may be reached through links, which are the user's own.
 *
 * <p>What is opened to be changed in place must not have a second name (a hard link) either; a file that is rewritten
 * gets a temporary name and then replaces the old one, so that other names of the old file keep their content.
 *
 * <p>The last part of a path is opened without following links. The folders above it are looked at just before, so
 * another process that may write to the run at that very moment can still replace one by a link: the check protects
 * from what a folder holds, not from who shares it.
 */
public final class RunFolder {
    private static final LinkOption[] AS_IT_IS = {LinkOption.NOFOLLOW_LINKS};
    /** More than any table or state of a run has; larger ones would only fill the memory. */
    private static final long MOST_BYTES = 256L << 20;

    private static final Object IN_THIS_PROCESS = new Object();

    private final Path path;

    public RunFolder(Path path) {
        this.path = path;
    }

    public Path path() {
        return path;
    }

    /** Returns a file as one of this folder, or nothing if it is not below it, going by names alone. */
    public Optional<Path> within(Path file) {
        Path here = path.toAbsolutePath().normalize();
        Path there = file.toAbsolutePath().normalize();
        return there.startsWith(here) && !there.equals(here)
                ? Optional.of(path.resolve(here.relativize(there)))
                : Optional.empty();
    }

    /**
     * Returns the path of a file of the run, which need not exist.
     *
     * @param name relative, such as {@code members/tables.lock}
     * @throws DataFileException if it, or a folder on the way, is a link, or is of another kind than expected
     */
    public Path file(String name) {
        return require(path.resolve(name));
    }

    /** Checks a file below this folder as {@link #file} does, and returns it. */
    public Path require(Path file) {
        BasicFileAttributes attributes = requireNoLinks(file);
        if (attributes != null && !attributes.isRegularFile()) {
            throw new DataFileException(
                    file.toString(),
                    "is no plain file: it cannot be read and cannot be written; remove it from the run's folder");
        }
        return file;
    }

    /** Returns the path of a folder of the run, which is made if there is none. */
    public Path makeFolder(String name) {
        Path folder = path.resolve(name);
        try {
            requireFolder(folder);
            Files.createDirectories(folder);
            return folder;
        } catch (IOException e) {
            throw new DataFileException(folder.toString(), "cannot be made: " + AtomicFile.describe(e), e);
        }
    }

    /** Returns what a folder of the run holds, links as such; nothing if there is no such folder. */
    public List<Path> list(Path folder) throws IOException {
        if (!requireFolder(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    private boolean requireFolder(Path folder) {
        BasicFileAttributes attributes = requireNoLinks(folder);
        if (attributes != null && !attributes.isDirectory()) {
            throw new DataFileException(folder.toString(), "is a file, expected a folder");
        }
        return attributes != null;
    }

    /** Returns the attributes of the last part; null if it does not exist. */
    private @Nullable BasicFileAttributes requireNoLinks(Path below) {
        Path at = path;
        BasicFileAttributes attributes = null;
        for (Path part : relative(below)) {
            at = at.resolve(part);
            attributes = attributes(at);
            if (attributes == null) {
                return null;
            }
            if (attributes.isSymbolicLink()) {
                throw new DataFileException(
                        at.toString(),
                        "is a link; in a run's folder, which may come from someone "
                                + "else, links are not followed. Put the file or folder itself there, or remove the link");
            }
        }
        return attributes;
    }

    private Path relative(Path below) {
        Path relative = path.relativize(below);
        if (relative.toString().isEmpty() || !relative.normalize().equals(relative) || relative.startsWith("..")) {
            throw new IllegalArgumentException("run " + path + ": " + below + " is not below it");
        }
        return relative;
    }

    private static @Nullable BasicFileAttributes attributes(Path file) {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class, AS_IT_IS);
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            throw new DataFileException(file.toString(), "cannot be read: " + AtomicFile.describe(e), e);
        }
    }

    /** Returns whether a file of the run exists, after the checks of {@link #require}. */
    public boolean exists(Path file) {
        return attributes(require(file)) != null;
    }

    /** Writes a file of the run, whole or not at all, as {@link AtomicFile#replace}. */
    public void write(Path file, CharSequence text) {
        AtomicFile.replace(require(file), text);
    }

    /**
     * Reads a text of the run in UTF-8, without the byte-order mark that some editors put in front.
     *
     * @throws DataFileException if it can't be read, is larger than any such file, or is no text
     */
    public String read(Path file) {
        try (FileChannel channel = open(file)) {
            long size = channel.size();
            if (size > MOST_BYTES) {
                throw new DataFileException(
                        file.toString(), "has " + size + " bytes; no file of this kind has more than " + MOST_BYTES);
            }
            ByteBuffer bytes = ByteBuffer.allocate((int) size);
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
                continue;
            }
            String text =
                    StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            throw new DataFileException(file.toString(), "is damaged: it is no text in UTF-8", e);
        } catch (IOException e) {
            throw new DataFileException(file.toString(), "cannot be read: " + AtomicFile.describe(e), e);
        }
    }

    /** Reads the lines of a text, as {@link #read}. */
    public List<String> lines(Path file) {
        return read(file).lines().toList();
    }

    /** Adds rows to a CSV file of the run, after {@code header} if it is new: all of them or, on failure, none. */
    public void append(Path file, String header, String rows) {
        if (Files.notExists(file, AS_IT_IS)) {
            write(file, header + rows);
            return;
        }
        try (FileChannel channel = openToChange(file, StandardOpenOption.WRITE)) {
            long end = channel.size();
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(rows);
            try {
                channel.position(end);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            } catch (IOException e) {
                channel.truncate(end);
                throw e;
            }
        } catch (IOException e) {
            throw new DataFileException(file.toString(), "cannot be written: " + AtomicFile.describe(e), e);
        }
    }

    /** Opens a file of the run; to read it, unless options say otherwise. */
    public FileChannel open(Path file, OpenOption... how) throws IOException {
        OpenOption[] all = Arrays.copyOf(how, how.length + 1);
        all[how.length] = LinkOption.NOFOLLOW_LINKS;
        return FileChannel.open(require(file), all);
    }

    /**
     * Opens a file of the run to change it in place.
     *
     * @throws DataFileException if the checks fail, or the file has other names, which would change with it
     */
    public FileChannel openToChange(Path file, OpenOption... how) throws IOException {
        require(file);
        if (names(file) > 1) {
            throw new DataFileException(
                    file.toString(),
                    "has other names (hard links), whose content would change "
                            + "with it; put a copy in its place, or remove it");
        }
        return open(file, how);
    }

    /**
     * Does something that no other process does at the same time, nor another thread of this one: all that lock the same
     * file of the folder take turns. Threads take turns whatever the file, since a process can hold a file's lock only
     * once. The work must take only a moment.
     *
     * @param name the file that is locked, such as {@code members/tables.lock}; it is made if it does not exist
     * @throws DataFileException if it can't be locked
     */
    public <T> T locked(String name, Supplier<T> work) {
        Path lock = file(name);
        synchronized (IN_THIS_PROCESS) {
            try (FileChannel channel = open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock _ = channel.lock()) {
                return work.get();
            } catch (IOException e) {
                throw new DataFileException(lock.toString(), "cannot be locked: " + AtomicFile.describe(e), e);
            }
        }
    }

    /** Returns how many names a file has, if the system reports that; otherwise, and for a missing file, 1. */
    private static int names(Path file) throws IOException {
        if (!file.getFileSystem().supportedFileAttributeViews().contains("unix") || !Files.exists(file, AS_IT_IS)) {
            return 1;
        }
        return (int) Files.getAttribute(file, "unix:nlink", AS_IT_IS);
    }
}
