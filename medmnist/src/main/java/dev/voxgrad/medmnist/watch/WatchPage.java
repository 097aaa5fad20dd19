package dev.voxgrad.medmnist.watch;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Objects;

import tools.jackson.databind.json.JsonMapper;

import dev.voxgrad.medmnist.report.RunReport;

/**
 * Makes pages that move. A page is one file: its data as JSON, its script and its styles are inside, and its policy
 * forbids browsers to load anything else, or to run any other script.
 */
public final class WatchPage {
    private WatchPage() {}

    /** Returns the page of a step. */
    public static String of(StepData step) {
        return page("One training step of " + step.head().net(), "step", step);
    }

    /** Returns the page of a convolution. */
    public static String of(ConvolutionData convolution) {
        return page("One convolution, computed every way", "convolution", convolution);
    }

    private static String page(String title, String name, Object data) {
        String script = resource("watch.js") + resource(name + ".js");
        String policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-"
                + Base64.getEncoder().encodeToString(sha256(script)) + "'";
        return """
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta http-equiv="Content-Security-Policy" content="%s">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <meta name="color-scheme" content="light dark">
                <title>%s – Voxgrad</title>
                <style>
                %s
                %s
                </style>
                </head>
                <body class="%s">
                %s
                <script type="application/json" id="data">%s</script>
                <script>%s</script>
                </body>
                </html>
                """.formatted(
                        policy,
                        escape(title),
                        RunReport.styles(),
                        resource("watch.css"),
                        name,
                        resource(name + ".html"),
                        json(data),
                        script);
    }

    /** Returns JSON that cannot end the element that it is in. */
    private static String json(Object data) {
        return JsonMapper.shared().writeValueAsString(data).replace("<", "\\u003c");
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;");
    }

    private static String resource(String name) {
        try (InputStream file = Objects.requireNonNull(WatchPage.class.getResourceAsStream(name), name)) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
