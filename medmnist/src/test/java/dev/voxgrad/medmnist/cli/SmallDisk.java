package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Mounts a file system in memory, of any size, in its own mount namespace: it ends with the process that holds it and
 * is invisible to the rest of the machine. Tests that need one are skipped if the system forbids it.
 */
final class SmallDisk implements AutoCloseable {
    private static final int SECONDS = 30;

    private final Process holder;
    private final Path folder;
    private final Path log;

    private SmallDisk(Process holder, Path folder, Path log) {
        this.holder = holder;
        this.folder = folder;
        this.log = log;
    }

    /**
     * Mounts a disk of this many bytes.
     *
     * @param folder the mount point for processes in the namespace; outside of it, it stays empty
     */
    static SmallDisk mount(Path folder, long bytes) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        Path log = folder.resolveSibling(folder.getFileName() + ".log");
        Process holder;
        try {
            // It ends by itself if this JVM is killed.
            holder = new ProcessBuilder(
                            "unshare",
                            "--mount",
                            "sh",
                            "-c",
                            "mount -t tmpfs -o size=" + bytes
                                    + " tmpfs \"$0\" && touch \"$0/mounted\" && exec sleep 600",
                            folder.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
        } catch (IOException e) {
            assumeTrue(false, "needs unshare: " + e.getMessage());
            throw e;
        }
        SmallDisk disk = new SmallDisk(holder, folder, log);
        Path mounted = disk.fromOutside(folder.resolve("mounted"));
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (holder.isAlive() && Files.notExists(mounted) && System.nanoTime() < deadline) {
            Thread.sleep(5);
        }
        if (Files.notExists(mounted)) {
            disk.close();
            assumeTrue(
                    false, "needs the right to mount: " + Files.readString(log).strip());
        }
        Files.delete(mounted);
        return disk;
    }

    /** Returns the path under which this JVM sees a path of the namespace. */
    Path fromOutside(Path path) {
        return Path.of("/proc/" + holder.pid() + "/root" + path.toAbsolutePath());
    }

    /** Returns the command prefix that runs a command in the namespace. */
    List<String> prefix() {
        return List.of("nsenter", "--mount=/proc/" + holder.pid() + "/ns/mnt");
    }

    /** Changes the mount options: {@code size=…}, {@code ro} or {@code rw}. */
    void remount(String options) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(prefix());
        words.addAll(List.of("mount", "-o", "remount," + options, folder.toString()));
        Process mount = new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (!mount.waitFor(SECONDS, TimeUnit.SECONDS) || mount.exitValue() != 0) {
            mount.destroyForcibly();
            throw new IOException("cannot remount: " + Files.readString(log));
        }
    }

    @Override
    public void close() {
        holder.destroyForcibly().onExit().orTimeout(SECONDS, TimeUnit.SECONDS).join();
    }
}
