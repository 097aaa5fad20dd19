package dev.voxgrad.medmnist.data.download;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import dev.voxgrad.medmnist.data.DatasetInfo;
import dev.voxgrad.medmnist.data.Samples;
import dev.voxgrad.medmnist.io.DataFileException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Tests the downloader against a server on the loopback interface. */
@Timeout(60)
class DownloaderTest {
    private static final byte[] CONTENT = Samples.voxels(1, 300_000);

    @TempDir
    private Path root;

    private final List<String> ranges = Collections.synchronizedList(new ArrayList<>());
    private final List<Long> progress = new ArrayList<>();
    private final CountDownLatch release = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    /** Waits for answers as long as users do: on a busy machine, a fast server may take a second. */
    private final Downloader downloader = new Downloader(3, Duration.ofMillis(10), Duration.ofMinutes(1));

    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.start();
    }

    @AfterEach
    void stop() {
        release.countDown();
        downloader.close();
        server.stop(0);
        threads.close();
    }

    @Test
    void fetchesAndReportsProgress() throws IOException {
        serve(exchange -> send(exchange, 200, CONTENT));
        Path folder = root.resolve("new/folder");
        Path file = downloader.fetch(source(), folder, this::note);
        assertThat(Files.readAllBytes(file)).isEqualTo(CONTENT);
        assertOnly(folder, "set.npz");
        assertThat(progress).isSorted().endsWith((long) CONTENT.length);
        assertThat(downloader.fetch(source(), folder, this::note))
                .as("again, at once")
                .isEqualTo(file);
        assertThat(ranges).as("requests").hasSize(1);
    }

    @Test
    void resumesAPart() throws IOException {
        serve(this::sendRange);
        Files.write(part(), Arrays.copyOf(CONTENT, 100_000));
        assertFetched();
        assertThat(ranges).containsExactly("bytes=100000-");
        assertThat(progress).allMatch(done -> done > 100_000).endsWith((long) CONTENT.length);
    }

    @Test
    void startsAgainIfServerIgnoresRanges() throws IOException {
        serve(exchange -> send(exchange, 200, CONTENT));
        Files.write(part(), Arrays.copyOf(CONTENT, 100_000));
        assertFetched();
        assertThat(ranges).containsExactly("bytes=100000-");
    }

    @Test
    void completePartNeedsOnlyItsChecksum() throws IOException {
        serve(this::sendRange);
        Files.write(part(), CONTENT);
        assertFetched();
        assertThat(ranges).containsExactly("bytes=300000-");
    }

    @Test
    void replacesAWrongPart() throws IOException {
        serve(this::sendRange);
        Files.write(part(), new byte[100_000]);
        assertFetched();
        // Java's HTTP client may repeat a request on a new connection if the server closes the old one.
        assertThat(Set.copyOf(ranges)).containsExactlyInAnyOrder("bytes=100000-", "none");
        assertThat(ranges.getLast()).isEqualTo("none");
    }

    /** Each connection breaks after 120,000 bytes: three are enough. */
    @Test
    void continuesAfterABrokenConnection() throws IOException {
        serve(exchange -> {
            int from = from(exchange);
            if (from > 0) {
                exchange.getResponseHeaders().set("Content-Range", "bytes " + from + "-299999/300000");
            }
            exchange.sendResponseHeaders(from > 0 ? 206 : 200, CONTENT.length - from);
            exchange.getResponseBody().write(CONTENT, from, Math.min(120_000, CONTENT.length - from));
            exchange.close();
        });
        assertFetched();
        assertThat(ranges).hasSize(3).startsWith("none");
    }

    @Test
    void truncatedAnswerFailsButKeepsItsPart() throws IOException {
        serve(exchange -> {
            exchange.sendResponseHeaders(200, CONTENT.length);
            exchange.getResponseBody().write(CONTENT, 0, 50_000);
            exchange.close();
        });
        assertFails("after 3 attempts");
        assertOnly(root, "set.npz.part");
    }

    @Test
    void abandonsStalledConnections() throws IOException {
        serve(exchange -> {
            exchange.sendResponseHeaders(200, CONTENT.length);
            exchange.getResponseBody().write(CONTENT, 0, 50_000);
            exchange.getResponseBody().flush();
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            exchange.close();
        });
        assertFails(new Downloader(3, Duration.ofMillis(10), Duration.ofMillis(700)), "after 3 attempts");
    }

    @Test
    void discardsWrongContent() throws IOException {
        serve(exchange -> send(exchange, 200, new byte[] {1, 2, 3}));
        assertFails("has MD5 5289df737df57326fcdd22597afb1fac instead of " + source().md5());
        assertOnly(root);
    }

    @Test
    void doesNotRetryARefusal() throws IOException {
        serve(exchange -> send(exchange, 404, new byte[0]));
        assertFails("the server answered 404");
        assertThat(ranges).hasSize(1);
        assertOnly(root);
    }

    @Test
    void retriesABusyServer() throws IOException {
        serve(exchange -> send(exchange, ranges.size() < 3 ? 503 : 200, ranges.size() < 3 ? new byte[0] : CONTENT));
        assertFetched();
    }

    @Test
    void offlineErrorSaysHowToPlaceTheFile() {
        server.stop(0);
        assertFails("no connection");
    }

    @Test
    void leavesExistingFileUntouched() throws IOException {
        serve(exchange -> send(exchange, 200, CONTENT));
        Files.write(root.resolve("set.npz"), new byte[] {7});
        assertThatThrownBy(() -> downloader.fetch(source(), root, this::note))
                .isInstanceOf(DataFileException.class)
                .hasMessageContaining("it was left as it is");
        assertThat(Files.readAllBytes(root.resolve("set.npz"))).containsExactly(7);
        assertThat(ranges).isEmpty();
    }

    private void assertFetched() throws IOException {
        assertThat(Files.readAllBytes(downloader.fetch(source(), root, this::note)))
                .isEqualTo(CONTENT);
        assertOnly(root, "set.npz");
    }

    private void assertFails(String message) {
        assertFails(downloader, message);
    }

    private void assertFails(Downloader fetching, String message) {
        assertThatThrownBy(() -> fetching.fetch(source(), root, this::note))
                .isInstanceOf(DataFileException.class)
                .hasMessageStartingWith(root.resolve("set.npz") + ": cannot be downloaded: ")
                .hasMessageContaining(message)
                .hasMessageContaining("place it by hand: download " + source().address())
                .hasMessageContaining(source().md5());
        assertThat(root.resolve("set.npz")).doesNotExist();
    }

    private static void assertOnly(Path folder, String... names) throws IOException {
        try (var files = Files.list(folder)) {
            assertThat(files.map(f -> f.getFileName().toString())).containsExactly(names);
        }
    }

    private void note(long done, long total) {
        assertThat(total).isEqualTo(total == 3 ? 3 : CONTENT.length);
        progress.add(done);
    }

    private Path part() {
        return root.resolve("set.npz.part");
    }

    private DatasetInfo.Source source() {
        InetSocketAddress address = server.getAddress();
        try {
            String md5 =
                    HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(CONTENT));
            return new DatasetInfo.Source(
                    28, "set.npz", md5, URI.create("http://127.0.0.1:" + address.getPort() + "/set.npz"));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private void serve(HttpHandler handler) {
        server.createContext("/set.npz", exchange -> {
            String range = exchange.getRequestHeaders().getFirst("Range");
            ranges.add(range == null ? "none" : range);
            handler.handle(exchange);
        });
    }

    private static int from(HttpExchange exchange) {
        String range = exchange.getRequestHeaders().getFirst("Range");
        return range == null ? 0 : Integer.parseInt(range.substring("bytes=".length(), range.length() - 1));
    }

    private void sendRange(HttpExchange exchange) throws IOException {
        int from = from(exchange);
        if (from >= CONTENT.length) {
            send(exchange, 416, new byte[0]);
            return;
        }
        if (from > 0) {
            exchange.getResponseHeaders().set("Content-Range", "bytes " + from + "-299999/300000");
        }
        send(exchange, from > 0 ? 206 : 200, Arrays.copyOfRange(CONTENT, from, CONTENT.length));
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }
}
