package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.io.Serializable;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.UUID;

import dev.voxgrad.medmnist.io.AtomicFile;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.io.RunFolder;

/**
 * Lets an executor check that it shares the driver's folder, and that the file system keeps locks between them. Without
 * locks, two processes could train the same member at the same time, and damage it.
 *
 * <p>The driver writes a word by chance into {@code cluster.lock} and keeps the file locked as long as it lives. An
 * executor must read the same word, and must fail to lock the file.
 *
 * @param path the folder, absolute
 * @param word that the file contains
 * @param driver the driver's machine
 */
record SharedFolder(String path, String word, String driver) implements Serializable {
    private static final String FILE = "cluster.lock";
    /** Network file systems show a new file to other machines after a moment. */
    private static final int ATTEMPTS = 20;

    private static final long MILLIS_BETWEEN = 500;
    private static final Object IN_THIS_PROCESS = new Object();

    /** The driver's lock, until it is closed. */
    record Lock(SharedFolder folder, FileChannel channel) implements AutoCloseable {
        @Override
        public void close() {
            try {
                channel.close();
            } catch (IOException e) {
                throw new DataFileException(FILE, "cannot be released: " + AtomicFile.describe(e), e);
            }
        }
    }

    /**
     * Locks a folder for a driver.
     *
     * @throws DataFileException if another driver works on it, or its file system has no locks
     */
    static Lock lock(Path folder) {
        SharedFolder shared =
                new SharedFolder(folder.toString(), UUID.randomUUID().toString(), host());
        Path file = shared.file();
        try {
            FileChannel channel = shared.files()
                    .openToChange(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            if (!lock(channel)) {
                channel.close();
                throw new DataFileException(
                        file.toString(), "is locked: another driver works in this folder; wait for it, or stop it");
            }
            channel.truncate(0);
            channel.write(StandardCharsets.UTF_8.encode(shared.word), 0);
            channel.force(true);
            return new Lock(shared, channel);
        } catch (IOException e) {
            throw new DataFileException(
                    file.toString(),
                    "cannot be locked: " + AtomicFile.describe(e)
                            + "; the folder must be on a file system with locks, such as NFS 4",
                    e);
        }
    }

    /** Checks, in another process than the driver, that this is the driver's folder; returns what is wrong. */
    Optional<String> problem() throws InterruptedException {
        return problem(ATTEMPTS);
    }

    Optional<String> problem(int attempts) throws InterruptedException {
        try {
            synchronized (IN_THIS_PROCESS) {
                for (int attempt = 1; attempt < attempts && !isSeen(); attempt++) {
                    Thread.sleep(MILLIS_BETWEEN);
                }
                if (!isSeen()) {
                    return Optional.of(file() + " on " + host() + " is not what the driver has written on " + driver
                            + "; all machines must share the folder, under the same path");
                }
                try (FileChannel channel = files().open(file(), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                    return lock(channel)
                            ? Optional.of(file() + " could be locked on " + host() + " although the driver on " + driver
                                    + " keeps it locked: the file system does not keep locks between machines, so two "
                                    + "of them could train the same member; mount it with locks (NFS 4 without "
                                    + "local_lock, NFS 3 without nolock)")
                            : Optional.empty();
                }
            }
        } catch (IOException | DataFileException e) {
            return Optional.of(file() + " cannot be locked on " + host() + ": "
                    + (e instanceof IOException io ? AtomicFile.describe(io) : e.getMessage())
                    + "; the folder must be writable, on a file system with locks, such as NFS 4");
        }
    }

    private boolean isSeen() {
        return files().exists(file()) && files().read(file()).equals(word);
    }

    private static boolean lock(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false; // held by this process, as by any other one
        }
    }

    private RunFolder files() {
        return new RunFolder(Path.of(path));
    }

    private Path file() {
        return Path.of(path, FILE);
    }

    /** Returns the name of this machine. */
    static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "a host without a name";
        }
    }
}
