package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Tests a report in a real browser; skipped if there is no Chromium. */
class ReportBrowserTest {
    private static final int SECONDS = 120;
    /** Shows the page in a frame of any width, since windows have a minimum width, and shows the measurements. */
    private static final String FRAME = """
            <!DOCTYPE html><title>waiting</title>
            <script>addEventListener('message', event => { document.title = event.data; });</script>
            <iframe src="measured.html" style="width: %dpx; height: 2000px; border: 0"></iframe>
            """;
    /** Measures the page and sends the result to the frame's parent. */
    private static final String MEASURE = """
            <script>
            addEventListener('load', () => {
              const outside = [];
              document.querySelectorAll('svg text').forEach(text => {
                const inner = text.getBoundingClientRect();
                const outer = text.closest('svg').getBoundingClientRect();
                if (inner.left < outer.left - 1 || inner.right > outer.right + 1
                    || inner.top < outer.top - 1 || inner.bottom > outer.bottom + 1) {
                  outside.push(text.textContent);
                }
              });
              const flat = [...document.querySelectorAll('figure svg')]
                  .filter(svg => svg.getBoundingClientRect().height < 40 && svg.hasAttribute('role'));
              const broken = [...document.images].filter(image => image.naturalWidth === 0);
              const loaded = performance.getEntriesByType('resource').filter(entry => /^https?:/.test(entry.name));
              parent.postMessage('page ' + document.documentElement.scrollWidth + ' of ' + innerWidth
                  + '; background ' + getComputedStyle(document.body).backgroundColor
                  + '; text ' + getComputedStyle(document.body).color + '; outside [' + outside.join('|')
                  + ']; flat ' + flat.length + '; broken ' + broken.length + '; loaded ' + loaded.length, '*');
            });
            </script>
            """;

    @TempDir
    private static Path folder;

    private static Path browser;

    @BeforeAll
    static void makePage() throws IOException {
        Optional<Path> found = Browser.find();
        assumeTrue(found.isPresent(), () -> "needs a Chromium on the path, one of " + Browser.NAMES);
        browser = found.get();
        Path volumes = TestVolumes.write(folder.resolve("own.npz"), 9, 1, 8, 64, 24, 40);
        Path run = folder.resolve("run");
        Cli.run(
                        "train",
                        "--npz",
                        volumes,
                        "--out",
                        run,
                        "--models",
                        2,
                        "--nets",
                        "net1",
                        "--epochs",
                        2,
                        "--batch-size",
                        16,
                        "--labels",
                        "one,two,three,four,five,six,seven,a_rather_long_name_without_any_space_in_it")
                .succeeded();
        Cli.run("report", run).succeeded();
        // The page's own policy forbids scripts, so the measured copy has no policy.
        String text = Files.readString(run.resolve("report.html"));
        String measured = text.replaceFirst("<meta http-equiv=[^>]*>", "").replace("</body>", MEASURE + "</body>");
        assertThat(measured).hasSizeGreaterThan(text.length());
        Files.writeString(folder.resolve("measured.html"), measured);
    }

    private static String measure(int width, boolean dark) throws IOException, InterruptedException {
        List<String> command = Browser.command(browser, Files.createTempDirectory(folder, "profile"));
        command.addAll(List.of("--window-size=1400,2100", "--virtual-time-budget=5000", "--dump-dom"));
        if (dark) {
            command.add("--blink-settings=preferredColorScheme=0");
        }
        command.add(Files.writeString(folder.resolve("frame.html"), FRAME.formatted(width))
                .toUri()
                .toString());
        Path out = Files.createTempFile(folder, "dom", ".html");
        Process process = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS))
                    .as("ended within " + SECONDS + " s")
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        Matcher title = Pattern.compile("<title>(page [^<]*)</title>").matcher(Files.readString(out));
        assertThat(title.find()).as("the page was measured").isTrue();
        return title.group(1);
    }

    @Test
    void phoneShowsAllWithoutSidewaysScrolling() throws IOException, InterruptedException {
        assertThat(measure(390, false))
                .startsWith("page 390 of 390;")
                .contains("outside []", "flat 0", "broken 0", "loaded 0", "background rgb(255, 255, 255)");
    }

    @Test
    void wideWindowShowsAllInDarkMode() throws IOException, InterruptedException {
        assertThat(measure(1280, true))
                .startsWith("page 1280 of 1280;")
                .contains(
                        "outside []",
                        "flat 0",
                        "broken 0",
                        "loaded 0",
                        "background rgb(15, 19, 24)",
                        "text rgb(230, 233, 236)");
    }
}
