package dev.voxgrad.medmnist.data.download;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serial;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLException;

import dev.voxgrad.medmnist.data.DatasetInfo;
import dev.voxgrad.medmnist.io.AtomicFile;
import dev.voxgrad.medmnist.io.DataFileException;

/**
 * One file's way from a server into its {@code .part}: each run is one request, and what has arrived stays for the next
 * one.
 */
final class Transfer {
    private static final int OK = 200;
    private static final int PARTIAL_CONTENT = 206;
    private static final int RANGE_NOT_SATISFIABLE = 416;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int UNAVAILABLE = 503;
    private static final int START_OF_A_PAGE = 512;

    private final HttpClient client;
    private final Duration stall;
    private final DatasetInfo.Source source;
    private final Path part;
    private final Downloader.Progress progress;

    /** Creates a transfer whose connection may send next to nothing for up to {@code stall}. */
    Transfer(HttpClient client, Duration stall, DatasetInfo.Source source, Path part, Downloader.Progress progress) {
        this.client = client;
        this.stall = stall;
        this.source = source;
        this.part = part;
        this.progress = progress;
    }

    /** Thrown where trying again would not help. */
    static final class RefusedException extends IOException {
        @Serial
        private static final long serialVersionUID = 1;

        RefusedException(String message) {
            super(message);
        }
    }

    /** Thrown where the server says when it would like to be asked again. */
    static final class BusyException extends IOException {
        @Serial
        private static final long serialVersionUID = 1;

        private final Duration pause;

        BusyException(String message, Duration pause) {
            super(message);
            this.pause = pause;
        }

        Duration pause() {
            return pause;
        }
    }

    /**
     * Brings the part up to its full length.
     *
     * @throws RefusedException where the server will not change its answer
     * @throws BusyException where it may do so after a pause
     * @throws IOException if the connection broke
     * @throws DataFileException if the part cannot be written
     */
    void run() throws IOException {
        long have = Files.exists(part) ? Files.size(part) : 0;
        if (have >= source.impossibleLength()) {
            Files.delete(part);
            have = 0;
        }
        // A body that is compressed on the way would not be continued where it stopped.
        HttpRequest.Builder request =
                HttpRequest.newBuilder(source.address()).timeout(stall).header("Accept-Encoding", "identity");
        if (have > 0) {
            request.header("Range", "bytes=" + have + "-");
        }
        HttpResponse<InputStream> response = send(request.build());
        try (InputStream body = response.body()) {
            receive(response, body, have);
        }
    }

    private HttpResponse<InputStream> send(HttpRequest request) throws IOException {
        try {
            return client.send(request, HttpResponse.BodyHandlers.ofInputStream());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RefusedException("interrupted");
        } catch (SSLException e) {
            throw e.getCause() instanceof GeneralSecurityException
                    ? new RefusedException("the certificate is not "
                            + "trusted (" + e.getMessage()
                            + "). Where a proxy looks into connections, let Java trust the "
                            + "proxy's: VOXGRAD_OPTS=-Djavax.net.ssl.trustStore=FILE")
                    : e;
        } catch (RuntimeException e) {
            // What the client makes of headers that are not as they should be.
            throw new IOException("the answer is not understood: " + e.getMessage(), e);
        }
    }

    private void receive(HttpResponse<InputStream> response, InputStream body, long have) throws IOException {
        int status = response.statusCode();
        if (have > 0 && status == RANGE_NOT_SATISFIABLE) {
            return; // all of it may be there: its sum decides
        }
        boolean continues = have > 0 && status == PARTIAL_CONTENT;
        if (continues && !header(response, "Content-Range").startsWith("bytes " + have + "-")) {
            Files.delete(part);
            throw new IOException("the server sent another piece than the one that was missing");
        }
        if (status != OK && !continues) {
            throw failure(response);
        }
        String encoding = header(response, "Content-Encoding");
        if (!encoding.isEmpty() && !encoding.equalsIgnoreCase("identity")) {
            throw new RefusedException("the server sent it compressed (" + encoding + "), though asked not to");
        }
        long start = continues ? have : 0;
        long length = length(header(response, "Content-Length"));
        requirePossible(start + length);
        copy(body, start, length < 0 ? -1 : start + length);
    }

    private static String header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name).orElse("").strip();
    }

    private static long length(String header) {
        try {
            return Math.max(-1, Long.parseLong(header));
        } catch (NumberFormatException e) {
            return -1; // unknown
        }
    }

    private IOException failure(HttpResponse<?> response) {
        int status = response.statusCode();
        String answer = "the server answered " + status + " for " + response.uri();
        if (status == TOO_MANY_REQUESTS || status == UNAVAILABLE) {
            return new BusyException(answer, pause(header(response, "Retry-After")));
        }
        return status >= 400 && status < 500 ? new RefusedException(answer) : new IOException(answer);
    }

    /** Returns the pause that a server requests: seconds, or until a date; zero if it says nothing intelligible. */
    private static Duration pause(String header) {
        try {
            if (header.matches("\\d{1,9}")) {
                return Duration.ofSeconds(Long.parseLong(header));
            }
            Instant date = ZonedDateTime.parse(header, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            return Duration.between(Instant.now(), date);
        } catch (DateTimeParseException e) {
            return Duration.ZERO;
        }
    }

    private void requirePossible(long length) throws IOException {
        if (length >= source.impossibleLength()) {
            Files.deleteIfExists(part);
            throw new RefusedException(
                    "the server sends more than " + source.impossibleLength() + " bytes, which the file cannot have");
        }
    }

    private void copy(InputStream body, long start, long total) throws IOException {
        StandardOpenOption how = start > 0 ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING;
        try (OutputStream out = open(how);
                Watchdog watchdog = new Watchdog(body, stall)) {
            byte[] buffer = new byte[1 << 16];
            long done = start;
            for (int got = body.read(buffer); got >= 0; got = body.read(buffer)) {
                watchdog.arrived(got);
                requirePossible(done + got);
                write(out, buffer, got);
                done += got;
                progress.update(done, total);
            }
            if (total >= 0 && done != total) {
                throw new IOException("ended after " + done + " of " + total + " bytes");
            }
        }
    }

    private OutputStream open(StandardOpenOption how) {
        try {
            return Files.newOutputStream(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE, how);
        } catch (IOException e) {
            throw new DataFileException(
                    part.toString(), "cannot be written: " + AtomicFile.describe(e) + "; choose another --root", e);
        }
    }

    private void write(OutputStream out, byte[] buffer, int count) {
        try {
            out.write(buffer, 0, count);
        } catch (IOException e) {
            throw new DataFileException(
                    part.toString(),
                    "cannot be written: " + e.getMessage()
                            + ". Free some space or choose another --root; the download continues where it stopped",
                    e);
        }
    }

    /** Returns whether a file starts like a page of HTML. */
    static boolean isPage(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            String start = new String(in.readNBytes(START_OF_A_PAGE), StandardCharsets.ISO_8859_1)
                    .strip()
                    .toLowerCase(Locale.ROOT);
            return start.startsWith("<!doctype html") || start.startsWith("<html");
        }
    }

    /** Returns what went wrong, for a person: not all of these exceptions have a message. */
    static String describe(IOException e) {
        return e.getMessage() == null ? e.toString() : e.getClass().getSimpleName() + ": " + e.getMessage();
    }

    /** Closes a body of which next to nothing has arrived for a while, which ends the read that waits for it. */
    private static final class Watchdog implements AutoCloseable {
        private static final int NEXT_TO_NOTHING = 1024;

        private final AtomicLong bytes = new AtomicLong();
        private final Thread thread;

        Watchdog(InputStream body, Duration stall) {
            thread = Thread.ofVirtual().start(() -> {
                try {
                    long before = -NEXT_TO_NOTHING;
                    while (bytes.get() - before >= NEXT_TO_NOTHING) {
                        before = bytes.get();
                        Thread.sleep(stall);
                    }
                    body.close();
                } catch (InterruptedException e) {
                    // The transfer is over: nothing is left to watch.
                } catch (IOException e) {
                    // The body is broken already, and its reader knows.
                }
            });
        }

        void arrived(int count) {
            bytes.addAndGet(count);
        }

        @Override
        public void close() {
            thread.interrupt();
        }
    }
}
