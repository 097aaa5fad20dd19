package dev.voxgrad.medmnist.data.download;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.voxgrad.medmnist.data.DatasetInfo;
import dev.voxgrad.medmnist.io.DataFileException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Whatever a server or a proxy answers, the download succeeds, or the error says how to place the file by hand. */
@Timeout(120)
class BadServersTest {
    private static final String CONTENT = "the official file";
    private static final String RIGHT = "HTTP/1.1 200 OK\r\nContent-Length: 17\r\n\r\n" + CONTENT;

    /** As in the application: on a busy machine, a server of these tests may take a second to answer. */
    private static final Duration STALL = Duration.ofMinutes(1);

    @TempDir
    private Path root;

    private static DatasetInfo.Source source(String address) {
        try {
            String md5 = HexFormat.of()
                    .formatHex(MessageDigest.getInstance("MD5").digest(CONTENT.getBytes(StandardCharsets.ISO_8859_1)));
            return new DatasetInfo.Source(28, "set.npz", md5, URI.create(address));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static DatasetInfo.Source source(RawServer server) {
        return source("http://127.0.0.1:" + server.port() + "/set.npz");
    }

    private void fetch(DatasetInfo.Source source, Map<String, String> environment) throws IOException {
        fetch(source, environment, STALL);
    }

    private void fetch(DatasetInfo.Source source, Map<String, String> environment, Duration stall) throws IOException {
        try (Downloader downloader = new Downloader(3, Duration.ofMillis(10), stall, new ProxySettings(environment))) {
            Path file = downloader.fetch(source, root, (done, total) -> {});
            assertThat(file).hasContent(CONTENT);
        }
    }

    private void assertAdvice(DatasetInfo.Source source, Map<String, String> environment, String... parts) {
        assertAdvice(source, environment, STALL, parts);
    }

    private void assertAdvice(
            DatasetInfo.Source source, Map<String, String> environment, Duration stall, String... parts) {
        assertThatThrownBy(() -> fetch(source, environment, stall))
                .isExactlyInstanceOf(DataFileException.class)
                .hasMessageStartingWith(root.resolve("set.npz") + ": cannot be downloaded: ")
                .hasMessageContainingAll(parts)
                .hasMessageContaining("place it by hand: download " + source.address());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "good morning\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nx",
                "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nx",
                "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\nx",
                "HTTP/1.1 200 OK\r\nContent-Length: 9000000000000000000\r\n\r\nx",
                "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
                "HTTP/1.1 200 OK\r\nContent-Length: 9",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\n",
                "HTTP/1.1 204 No Content\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
                "HTTP/1.1 200\r\n\r\n",
                "HTTP/1.1 206 Partial\r\nContent-Length: 3\r\n\r\nabc",
                "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 302 Found\r\nLocation: /set.npz\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 302 Found\r\nLocation: ://\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 302 Found\r\nLocation: ftp://a/b\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"a\"\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 416 No\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 999 ?\r\nContent-Length: 0\r\n\r\n"
            })
    void badAnswersLeadToAdvice(String answer) throws IOException {
        try (RawServer server = new RawServer((request, out) -> RawServer.write(out, answer))) {
            assertAdvice(source(server), Map.of(), "cannot be downloaded");
        }
    }

    @Test
    void cutsOffEndlessBodies() throws IOException {
        try (RawServer server = new RawServer((request, out) -> {
            RawServer.write(out, "HTTP/1.1 200 OK\r\n\r\n");
            while (true) {
                out.write(new byte[1 << 16]);
            }
        })) {
            assertAdvice(source(server), Map.of(), "more than ");
            assertThat(root).isEmptyDirectory();
        }
    }

    @Test
    void abandonsTrickles() throws IOException {
        try (RawServer server = new RawServer((request, out) -> {
            RawServer.write(out, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
            while (true) {
                RawServer.write(out, "x");
                Thread.sleep(50);
            }
        })) {
            assertAdvice(source(server), Map.of(), Duration.ofMillis(700), "after 3 attempts");
        }
    }

    @Test
    void namesLoginPages() throws IOException {
        String page = "\n<!DOCTYPE html><title>Guest network</title>";
        try (RawServer server = new RawServer((request, out) ->
                RawServer.write(out, "HTTP/1.1 200 OK\r\nContent-Length: " + page.length() + "\r\n\r\n" + page))) {
            assertAdvice(source(server), Map.of(), "is a web page, perhaps the login");
            assertThat(root).isEmptyDirectory();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 206 Partial\r\nContent-Range: bytes 0-16/17\r\nContent-Length: 17\r\n\r\n" + CONTENT,
                "HTTP/1.1 206 Partial\r\nContent-Length: 17\r\n\r\n" + CONTENT,
                "HTTP/1.1 416 No\r\nContent-Length: 0\r\n\r\n"
            })
    void replacesOutdatedPart(String toRange) throws IOException {
        Files.writeString(root.resolve("set.npz.part"), "of another file, and longer");
        try (RawServer server = new RawServer(
                (request, out) -> RawServer.write(out, request.contains("Range: bytes=27-") ? toRange : RIGHT))) {
            fetch(source(server), Map.of());
            assertThat(server.requests()).hasSize(2);
        }
    }

    @Test
    void retriesWhenABusyServerSays() throws IOException {
        boolean[] busy = {true};
        try (RawServer server = new RawServer((request, out) -> {
            RawServer.write(out, busy[0] ? "HTTP/1.1 503 Busy\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n" : RIGHT);
            busy[0] = false;
        })) {
            long start = System.nanoTime();
            fetch(source(server), Map.of());
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(990));
        }
    }

    @Test
    void doesNotWaitForLongBusyServers() throws IOException {
        try (RawServer server = new RawServer((request, out) ->
                RawServer.write(out, "HTTP/1.1 429 Slowly\r\nRetry-After: 3600\r\nContent-Length: 0\r\n\r\n"))) {
            assertAdvice(source(server), Map.of(), "answered 429", "asked again in 60 minutes");
            assertThat(server.requests()).hasSize(1);
        }
    }

    @Test
    void usesProxyOfEnvironmentWithPassword() throws IOException {
        String pass = "Basic " + Base64.getEncoder().encodeToString("me:p@ss".getBytes(StandardCharsets.UTF_8));
        try (RawServer proxy = new RawServer((request, out) -> RawServer.write(
                out,
                request.contains("Proxy-Authorization: " + pass)
                        ? RIGHT
                        : "HTTP/1.1 407 Who?\r\n"
                                + "Proxy-Authenticate: Basic realm=\"hospital\"\r\nContent-Length: 0\r\n\r\n"))) {
            fetch(source("http://data.invalid/set.npz"), Map.of("http_proxy", "me:p%40ss@127.0.0.1:" + proxy.port()));
            assertThat(proxy.requests()).allMatch(request -> request.startsWith("GET http://data.invalid/set.npz"));
        }
    }

    @Test
    void requestsTunnelWithPassword() throws IOException {
        try (RawServer proxy = new RawServer((request, out) -> RawServer.write(
                out,
                request.contains("Proxy-Authorization: Basic ")
                        ? "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"
                        : "HTTP/1.1 407 Who?\r\nProxy-Authenticate: Basic realm=\"a\"\r\nContent-Length: 0\r\n\r\n"))) {
            String address = "127.0.0.1:" + proxy.port();
            assertAdvice(
                    source("https://data.invalid/set.npz"),
                    Map.of("HTTPS_PROXY", "http://me:secret@" + address),
                    "through the proxy " + address + " (HTTPS_PROXY)");
            assertThat(proxy.requests())
                    .anyMatch(request -> request.startsWith("CONNECT data.invalid:443")
                            && request.contains("Proxy-Authorization: Basic "));
        }
    }

    @Test
    void reachesExceptionsWithoutProxy() throws IOException {
        try (RawServer server = new RawServer((request, out) -> RawServer.write(out, RIGHT))) {
            fetch(source(server), Map.of("http_proxy", "http://127.0.0.1:1", "no_proxy", "example.org, 127.0.0.1"));
        }
    }
}
