package dev.voxgrad.medmnist.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serial;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/**
 * Fetches the files of data sets over HTTP.
 *
 * <p>Bytes go to {@code NAME.part} beside the target; a part left by an earlier try is continued where the
 * server allows it. Only a part whose MD5 sum is right is renamed to the target, in one step. A file that is
 * already there is never touched.
 */
public final class Downloader implements AutoCloseable {
    private static final int OK = 200;
    private static final int PARTIAL_CONTENT = 206;
    private static final int RANGE_NOT_SATISFIABLE = 416;
    private static final int TOO_MANY_REQUESTS = 429;

    private final HttpClient client =
            HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NORMAL).connectTimeout(Duration.ofSeconds(20))
                    .build();
    private final int attempts;
    private final Duration pause;
    private final Duration stall;

    /** Told about the bytes that have arrived. */
    @FunctionalInterface
    public interface Progress {
        /**
         * Called after each piece.
         *
         * @param done bytes on disk so far
         * @param total bytes of the whole file, or −1 if the server does not say
         */
        void update(long done, long total);
    }

    /** Four attempts, two seconds apart; a connection that sends nothing for a minute is given up. */
    public Downloader() {
        this(4, Duration.ofSeconds(2), Duration.ofMinutes(1));
    }

    Downloader(int attempts, Duration pause, Duration stall) {
        this.attempts = attempts;
        this.pause = pause;
        this.stall = stall;
    }

    /**
     * Fetches an official file into the folder {@code root}, which is made if need be.
     *
     * @return the file's path; at once if it is there already with the right MD5 sum
     * @throws DataFileException if there is another file in its place, or it cannot be had; says how to place it by
     *     hand
     */
    public Path fetch(DatasetInfo.Source source, Path root, Progress progress) {
        Path target = root.resolve(source.fileName());
        if (Files.exists(target)) {
            String found = Md5.of(target);
            if (found.equals(source.md5())) {
                return target;
            }
            throw new DataFileException(target.toString(), "is there already but has MD5 " + found + " instead of "
                    + source.md5() + "; it was left as it is. Move it away to download the official file");
        }
        Path part = root.resolve(source.fileName() + ".part");
        try {
            Files.createDirectories(root);
        } catch (IOException e) {
            throw new DataFileException(root.toString(), "this folder cannot be made: "
                    + AtomicFile.describe(e) + "; choose another --root", e);
        }
        fetchPart(source, target, part, progress);
        moveIntoPlace(part, target);
        return target;
    }

    private void fetchPart(DatasetInfo.Source source, Path target, Path part, Progress progress) {
        String problem = "";
        for (int attempt = 0; attempt < attempts; attempt++) {
            if (attempt > 0) {
                sleep(target);
            }
            try {
                transfer(source, part, progress);
                String found = Md5.of(part);
                if (found.equals(source.md5())) {
                    return;
                }
                Files.delete(part);
                problem = "what arrived has MD5 " + found + " instead of " + source.md5();
            } catch (RefusedException e) {
                throw new DataFileException(target.toString(), "cannot be downloaded: " + e.getMessage() + ". Or "
                        + VolumeLoader.placeByHand(source, target), e);
            } catch (IOException e) {
                problem = "no connection, or it broke (" + e + ")";
            }
        }
        throw new DataFileException(target.toString(), "cannot be downloaded: " + problem + ", after " + attempts
                + " attempts. Check the network and try again (it continues where it stopped), or "
                + VolumeLoader.placeByHand(source, target));
    }

    /** Brings the part up to its full length, or throws; what has arrived stays for the next attempt. */
    private void transfer(DatasetInfo.Source source, Path part, Progress progress) throws IOException {
        long have = Files.exists(part) ? Files.size(part) : 0;
        HttpRequest.Builder request = HttpRequest.newBuilder(source.address()).timeout(stall);
        if (have > 0) {
            request.header("Range", "bytes=" + have + "-");
        }
        HttpResponse<InputStream> response = send(request.build());
        try (InputStream body = response.body()) {
            int status = response.statusCode();
            if (have > 0 && status == RANGE_NOT_SATISFIABLE) {
                return;
            }
            boolean continues = status == PARTIAL_CONTENT
                    && response.headers().firstValue("Content-Range").orElse("").startsWith("bytes " + have + "-");
            if (status != OK && !continues) {
                String answer = "the server answered " + status + " for " + source.address();
                if (status >= 400 && status < 500 && status != TOO_MANY_REQUESTS) {
                    throw new RefusedException(answer);
                }
                throw new IOException(answer);
            }
            long start = continues ? have : 0;
            long length = response.headers().firstValueAsLong("Content-Length").orElse(-1);
            copy(body, part, start, length < 0 ? -1 : start + length, progress);
        }
    }

    private HttpResponse<InputStream> send(HttpRequest request) throws IOException {
        try {
            return client.send(request, HttpResponse.BodyHandlers.ofInputStream());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RefusedException("interrupted");
        }
    }

    private void copy(InputStream body, Path part, long start, long total, Progress progress) throws IOException {
        StandardOpenOption how = start > 0 ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING;
        try (OutputStream out = open(part, how); Watchdog watchdog = new Watchdog(body, stall)) {
            byte[] buffer = new byte[1 << 16];
            long done = start;
            for (int got = body.read(buffer); got >= 0; got = body.read(buffer)) {
                watchdog.touch();
                write(out, buffer, got, part);
                done += got;
                progress.update(done, total);
            }
            if (total >= 0 && done != total) {
                throw new IOException("ended after " + done + " of " + total + " bytes");
            }
        }
    }

    private static OutputStream open(Path part, StandardOpenOption how) {
        try {
            return Files.newOutputStream(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE, how);
        } catch (IOException e) {
            throw new DataFileException(part.toString(), "cannot be written: " + AtomicFile.describe(e)
                    + "; choose another --root", e);
        }
    }

    private static void write(OutputStream out, byte[] buffer, int count, Path part) {
        try {
            out.write(buffer, 0, count);
        } catch (IOException e) {
            throw new DataFileException(part.toString(), "cannot be written: " + e.getMessage()
                    + ". Free some space or choose another --root; the download continues where it stopped", e);
        }
    }

    private static void moveIntoPlace(Path part, Path target) {
        try {
            try {
                Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
            } catch (AtomicMoveNotSupportedException e) {
                Files.move(part, target);
            }
        } catch (IOException e) {
            throw new DataFileException(target.toString(), "cannot be put into place from " + part + ": "
                    + AtomicFile.describe(e), e);
        }
    }

    private void sleep(Path target) {
        try {
            Thread.sleep(pause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DataFileException(target.toString(), "download was interrupted", e);
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
        client.close();
    }

    /** Trying again would not help. */
    private static final class RefusedException extends IOException {
        @Serial
        private static final long serialVersionUID = 1;

        RefusedException(String message) {
            super(message);
        }
    }

    /** Closes a body that has sent nothing for a while, which ends the read that waits on it. */
    private static final class Watchdog implements AutoCloseable {
        private final Thread thread;
        private volatile long lastTouch = System.nanoTime();

        Watchdog(InputStream body, Duration stall) {
            thread = Thread.ofVirtual().start(() -> {
                try {
                    long idle = 0;
                    while (idle < stall.toNanos()) {
                        Thread.sleep(Duration.ofNanos(stall.toNanos() - idle));
                        idle = System.nanoTime() - lastTouch;
                    }
                    body.close();
                } catch (InterruptedException e) {
                    // The transfer is over: nothing is left to watch.
                } catch (IOException e) {
                    // The body is broken already, and its reader has been told.
                }
            });
        }

        void touch() {
            lastTouch = System.nanoTime();
        }

        @Override
        public void close() {
            thread.interrupt();
        }
    }
}
