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
import java.util.Optional;

import dev.voxgrad.medmnist.io.AtomicFile;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.io.RunFolder;

/**
 * Holds the right to train a member: an operating system's lock on a file, which the system releases when the process
 * ends, in whatever way. The file names the owner, for people to read.
 */
public final class MemberLock implements AutoCloseable {
    private static final int ATTEMPTS = 20;
    private static final long MILLIS_BETWEEN = 50;
    private static final int MOST_BYTES = 200;

    private final FileChannel channel;

    private MemberLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Takes the lock. A process that only checks the status holds it for a moment, so this tries for a second.
     *
     * @throws MemberLockedException if another process trains the member; names it
     */
    static MemberLock take(RunFolder run, Path file, int member) {
        try {
            FileChannel channel = run.openToChange(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (!tryFor(channel, ATTEMPTS, false)) {
                channel.close();
                throw new MemberLockedException(
                        file.toString(),
                        "member " + member + " is being trained by " + owner(run, file)
                                + "; wait for it, stop it, or choose others with --members");
            }
            sign(channel);
            return new MemberLock(channel);
        } catch (IOException e) {
            throw new DataFileException(file.toString(), "cannot be locked: " + AtomicFile.describe(e), e);
        }
    }

    /** Throws {@link IllegalStateException} if the lock was released. */
    public void requireHeld() {
        if (!channel.isOpen()) {
            throw new IllegalStateException("member lock: was released; expected one that is held");
        }
    }

    /** Writes the owner's name into the file; if that fails, as on a full disk, releases the lock. */
    private static void sign(FileChannel channel) throws IOException {
        try {
            channel.truncate(0);
            channel.write(ByteBuffer.wrap(thisProcess().getBytes(StandardCharsets.UTF_8)), 0);
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
        try (FileChannel channel = run.open(file)) {
            return tryFor(channel, 1, true) ? Optional.empty() : Optional.of(owner(run, file));
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

    /**
     * Tries to lock the file until the channel is closed. A shared lock, for checking the status, is not available
     * while another process holds the exclusive one.
     */
    private static boolean tryFor(FileChannel channel, int attempts, boolean shared) throws IOException {
        for (int attempt = 1; attempt <= attempts; attempt++) {
            try {
                FileLock lock = channel.tryLock(0, Long.MAX_VALUE, shared);
                if (lock != null) {
                    return true;
                }
            } catch (OverlappingFileLockException e) {
                // Another thread of this process holds it: the same as another process.
                return false;
            }
            if (attempt < attempts) {
                pause();
            }
        }
        return false;
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
                + Instant.now().truncatedTo(ChronoUnit.SECONDS) + "\n";
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
        try {
            channel.close();
        } catch (IOException e) {
            throw new DataFileException("lock", "cannot be released: " + AtomicFile.describe(e), e);
        }
    }
}
