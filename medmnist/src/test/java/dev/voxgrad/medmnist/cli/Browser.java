package dev.voxgrad.medmnist.cli;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/** Drives a page in a Chromium by the DevTools protocol: https://chromedevtools.github.io/devtools-protocol/. */
final class Browser implements AutoCloseable {
    static final List<String> NAMES = List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");

    private static final int SECONDS = 120;

    private final Process process;
    private final HttpClient client = HttpClient.newHttpClient();
    private final WebSocket socket;
    private final BlockingQueue<JsonNode> answers = new LinkedBlockingQueue<>();
    private int number;

    /** Returns the browser on the path, if there is one. */
    static Optional<Path> find() {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .flatMap(directory -> NAMES.stream().map(name -> Path.of(directory, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Returns the start of a command that shows a page without a window; the browser's own files go to a folder. */
    static List<String> command(Path program, Path folder) {
        return new ArrayList<>(List.of(
                program.toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--hide-scrollbars",
                "--user-data-dir=" + folder));
    }

    /** Opens a page; the browser's own files go to a folder. */
    Browser(Path program, Path folder, URI page) throws IOException, InterruptedException {
        List<String> words = command(program, folder);
        words.add("--remote-debugging-port=0");
        words.add(page.toString());
        process = new ProcessBuilder(words)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            socket = client.newWebSocketBuilder()
                    .buildAsync(URI.create(address(folder.resolve("DevToolsActivePort"))), new Answers())
                    .join();
        } catch (IOException | InterruptedException | RuntimeException e) {
            process.destroyForcibly();
            throw e;
        }
    }

    /** Waits until the browser has written its port, and returns the address of its page. */
    private String address(Path port) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (System.nanoTime() < end) {
            if (Files.exists(port) && !Files.readAllLines(port).isEmpty()) {
                URI list = URI.create(
                        "http://127.0.0.1:" + Files.readAllLines(port).getFirst() + "/json/list");
                JsonNode targets = JsonMapper.shared()
                        .readTree(
                                client.send(HttpRequest.newBuilder(list).build(), HttpResponse.BodyHandlers.ofString())
                                        .body());
                for (JsonNode target : targets) {
                    if (target.get("type").asString().equals("page")) {
                        return target.get("webSocketDebuggerUrl").asString();
                    }
                }
            }
            Thread.sleep(50);
        }
        throw new IOException("the browser did not open its page within " + SECONDS + " s");
    }

    /** Collects messages, which may come in parts. */
    private final class Answers implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket webSocket, CharSequence part, boolean last) {
            text.append(part);
            if (last) {
                answers.add(JsonMapper.shared().readTree(text.toString()));
                text.setLength(0);
            }
            webSocket.request(1);
            return null;
        }
    }

    /** Sends a command and returns its result. */
    JsonNode send(String method, Map<String, ?> parameters) throws InterruptedException {
        int id = ++number;
        socket.sendText(
                        JsonMapper.shared()
                                .writeValueAsString(Map.of("id", id, "method", method, "params", parameters)),
                        true)
                .join();
        while (true) {
            JsonNode answer = answers.poll(SECONDS, TimeUnit.SECONDS);
            assertThat(answer).as("an answer to " + method).isNotNull();
            if (answer.path("id").asInt(-1) == id) {
                assertThat(answer.has("error")).as(answer.toString()).isFalse();
                return answer.get("result");
            }
        }
    }

    /** Returns the value of an expression of JavaScript, as text. */
    String evaluate(String expression) throws InterruptedException {
        JsonNode result = send("Runtime.evaluate", Map.of("expression", "String(" + expression + ")"));
        assertThat(result.has("exceptionDetails")).as(result.toString()).isFalse();
        return result.get("result").get("value").asString();
    }

    /** Waits until an expression has a value. */
    void await(String expression, String value) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (!evaluate(expression).equals(value)) {
            assertThat(System.nanoTime())
                    .as(expression + " is " + evaluate(expression))
                    .isLessThan(end);
            Thread.sleep(20);
        }
    }

    /** Presses and releases a key, such as {@code ArrowRight}. */
    void press(String key) throws InterruptedException {
        send("Input.dispatchKeyEvent", Map.of("type", "keyDown", "key", key));
        send("Input.dispatchKeyEvent", Map.of("type", "keyUp", "key", key));
    }

    /** Clicks a point of the window. */
    void click(double x, double y) throws InterruptedException {
        for (String type : List.of("mousePressed", "mouseReleased")) {
            send("Input.dispatchMouseEvent", Map.of("type", type, "x", x, "y", y, "button", "left", "clickCount", 1));
        }
    }

    /** Sets the size of the window, and whether the reader prefers a dark background. */
    void show(int width, int height, boolean dark) throws InterruptedException {
        send(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
        send(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
    }

    @Override
    public void close() {
        socket.abort();
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        process.onExit().join();
        client.close();
    }
}
