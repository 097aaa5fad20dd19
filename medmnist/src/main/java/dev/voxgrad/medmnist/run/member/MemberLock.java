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
 * The right to train a member: a lock of the operating system on a file, which ends with the process however it ends.
 * The file says who holds it, for people.
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
     * Takes the lock, or says who has it. Someone who only looks holds it for a moment, so it tries for a second.
     *
     * @throws MemberLockedException if another process trains the member
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

    /** Writes down who holds the lock; where that fails, as on a full disk, it is given back. */
    private static void sign(FileChannel channel) throws IOException {
        try {
            channel.truncate(0);
            channel.write(ByteBuffer.wrap(thisProcess().getBytes(StandardCharsets.UTF_8)), 0);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** Who trains a member at present, in words; the file need only be readable. */
    static Optional<String> holder(RunFolder run, Path file) {
        if (!run.exists(file)) {
            return Optional.empty();
        }
        try (FileChannel channel = run.open(file)) {
            return tryFor(channel, 1, true) ? Optional.empty() : Optional.of(owner(run, file));
        } catch (IOException e) {
            throw new DataFileException(file.toString(), "cannot be looked at: " + AtomicFile.describe(e), e);
        }
    }

    /** What the file says, as far as a process writes; another program may hold the lock of a file with any content. */
    private static String owner(RunFolder run, Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(MOST_BYTES);
        try (FileChannel channel = run.open(file)) {
            channel.read(bytes);
        }
        String text =
                StandardCharsets.UTF_8.decode(bytes.flip()).toString().strip().replaceAll("\\p{Cntrl}", "?");
        return text.isEmpty() ? "another process" : text;
    }

    /** The lock ends when the channel is closed. A shared one, to look, cannot be had beside that of the holder. */
    private static boolean tryFor(FileChannel channel, int attempts, boolean shared) throws IOException {
        for (int attempt = 1; attempt <= attempts; attempt++) {
            try {
                FileLock lock = channel.tryLock(0, Long.MAX_VALUE, shared);
                if (lock != null) {
                    return true;
                }
            } catch (OverlappingFileLockException e) {
                // Held by this very process, in another thread: for us, that is held by another.
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
            throw new DataFileException("lock", "cannot be given back: " + AtomicFile.describe(e), e);
        }
    }
}
