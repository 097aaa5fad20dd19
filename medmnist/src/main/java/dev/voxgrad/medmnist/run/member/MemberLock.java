package dev.voxgrad.medmnist.run.member;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

import dev.voxgrad.medmnist.io.AtomicFile;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.io.RunFolder;

/**
 * Holds the right to train a member: an operating system's lock on a file, which the system releases when the process
 * ends, in whatever way. The file names the owner, for people to read.
 *
 * <p>The system grants the lock to a process, and releases it as soon as the process closes the file, through whichever
 * channel. So several trainings in one process, as in an executor of a cluster, know of each other's locks by a table,
 * and do not open the file of a lock that the process holds.
 */
public final class MemberLock implements AutoCloseable {
    private static final int ATTEMPTS = 20;
    private static final long MILLIS_BETWEEN = 50;
    private static final int MOST_BYTES = 200;

    /** The owners of the locks that this process holds, by their files. */
    private static final Map<Path, String> HELD_HERE = new ConcurrentHashMap<>();
    /** Held while a file is locked or examined: the JVM refuses a lock that another of its threads is just trying. */
    private static final Object IN_THIS_PROCESS = new Object();

    private final FileChannel channel;
    private final Path key;

    private MemberLock(FileChannel channel, Path key) {
        this.channel = channel;
        this.key = key;
    }

    /**
     * Takes the lock. A process that only checks the status holds it for a moment, so this tries for a second.
     *
     * @throws MemberLockedException if another process trains the member; names it
     */
    static MemberLock take(RunFolder run, Path file, int member) {
        try {
            Path key = key(file);
            String self = thisProcess();
            String here = HELD_HERE.putIfAbsent(key, self);
            if (here != null) {
                throw locked(file, member, here);
            }
            try {
                return take(run, file, member, self, key);
            } catch (IOException | RuntimeException e) {
                HELD_HERE.remove(key);
                throw e;
            }
        } catch (IOException e) {
            throw new DataFileException(file.toString(), "cannot be locked: " + AtomicFile.describe(e), e);
        }
    }

    private static MemberLock take(RunFolder run, Path file, int member, String self, Path key) throws IOException {
        FileChannel channel = run.openToChange(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (!tryFor(channel, ATTEMPTS)) {
            channel.close();
            throw locked(file, member, owner(run, file));
        }
        sign(channel, self);
        return new MemberLock(channel, key);
    }

    private static MemberLockedException locked(Path file, int member, String owner) {
        return new MemberLockedException(
                file.toString(),
                "member " + member + " is being trained by " + owner
                        + "; wait for it, stop it, or choose others with --members");
    }

    /** Returns the same path for a lock's file, however its folder is reached. */
    private static Path key(Path file) throws IOException {
        Path absolute = file.toAbsolutePath();
        return absolute.resolveSibling(".").toRealPath().resolve(absolute.getFileName());
    }

    /** Throws {@link IllegalStateException} if the lock was released. */
    public void requireHeld() {
        if (!channel.isOpen()) {
            throw new IllegalStateException("member lock: was released; expected one that is held");
        }
    }

    /** Writes the owner's name into the file; if that fails, as on a full disk, releases the lock. */
    private static void sign(FileChannel channel, String self) throws IOException {
        try {
            channel.truncate(0);
            channel.write(ByteBuffer.wrap((self + "\n").getBytes(StandardCharsets.UTF_8)), 0);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** Describes the process that trains a member at present; the file need only be readable. */
    static Optional<String> holder(RunFolder run, Path file) {
        if (!run.exists(file)) {
            return Optional.empty();
        }
        try {
            synchronized (IN_THIS_PROCESS) {
                String here = HELD_HERE.get(key(file));
                if (here != null) {
                    return Optional.of(here);
                }
                try (FileChannel channel = run.open(file)) {
                    return lock(channel, true) ? Optional.empty() : Optional.of(owner(run, file));
                }
            }
        } catch (IOException e) {
            throw new DataFileException(file.toString(), "cannot be read: " + AtomicFile.describe(e), e);
        }
    }

    /**
     * Returns the owner's name from the file, up to the length that a process writes; another program may lock a file
     * with any content.
     */
    private static String owner(RunFolder run, Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(MOST_BYTES);
        try (FileChannel channel = run.open(file)) {
            channel.read(bytes);
        }
        String text =
                StandardCharsets.UTF_8.decode(bytes.flip()).toString().strip().replaceAll("\\p{Cntrl}", "?");
        return text.isEmpty() ? "another process" : text;
    }

    private static boolean tryFor(FileChannel channel, int attempts) throws IOException {
        for (int attempt = 1; attempt < attempts; attempt++) {
            if (lock(channel, false)) {
                return true;
            }
            pause();
        }
        return lock(channel, false);
    }

    /**
     * Locks the file until the channel is closed, if that is possible now. A shared lock, for checking the status, is
     * not available while another process holds the exclusive one.
     */
    private static boolean lock(FileChannel channel, boolean shared) throws IOException {
        synchronized (IN_THIS_PROCESS) {
            try {
                FileLock lock = channel.tryLock(0, Long.MAX_VALUE, shared);
                return lock != null;
            } catch (OverlappingFileLockException e) {
                return false; // other code of this process holds it: the same as another process
            }
        }
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(MILLIS_BETWEEN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for a lock", e);
        }
    }

    private static String thisProcess() {
        return "process " + ProcessHandle.current().pid() + " on " + host() + " since "
                + Instant.now().truncatedTo(ChronoUnit.SECONDS);
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "a host without a name";
        }
    }

    @Override
    public void close() {
        if (!channel.isOpen()) {
            return; // another training of this process may have the lock by now
        }
        try {
            channel.close();
        } catch (IOException e) {
            throw new DataFileException("lock", "cannot be released: " + AtomicFile.describe(e), e);
        } finally {
            HELD_HERE.remove(key);
        }
    }
}
