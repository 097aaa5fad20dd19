package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Drives the page of a step in a real browser; skipped if there is no Chromium. */
class WatchBrowserTest {
    /** Frames of net1: the batch, 20 operations, their backward, 20 parameters, and the end. */
    private static final int LAST = 61;

    private static final String FRAME = "document.body.dataset.frame";
    private static final String PHASE = "document.body.dataset.phase";

    @TempDir
    private static Path folder;

    private static Browser browser;

    @BeforeAll
    static void openPage() throws IOException, InterruptedException {
        Optional<Path> program = Browser.find();
        assumeTrue(program.isPresent(), () -> "needs a Chromium on the path, one of " + Browser.NAMES);
        Path page = folder.resolve("step.html");
        Cli.run("watch", "--net", "net1", "--size", 12, "--threads", 1, "--out", page)
                .succeeded();
        browser = new Browser(program.get(), Files.createDirectory(folder.resolve("profile")), page.toUri());
        browser.await("document.readyState", "complete");
    }

    @AfterAll
    static void closePage() {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void startAtTheFirstFrame() throws InterruptedException {
        browser.show(1280, 800, false);
        browser.press("Home");
        browser.await(FRAME, "0");
    }

    @Test
    void keysMoveThroughTheFilm() throws InterruptedException {
        assertThat(browser.evaluate(PHASE)).isEqualTo("BATCH");
        browser.press("ArrowRight");
        browser.press("ArrowRight");
        browser.press("ArrowLeft");
        browser.await(FRAME, "1");
        assertThat(browser.evaluate("document.querySelector('#side h2').textContent"))
                .isEqualTo("conv3d");
        browser.press("ArrowLeft");
        browser.press("ArrowLeft"); // stays at the first
        browser.await(FRAME, "0");
        browser.press("End");
        browser.await(FRAME, String.valueOf(LAST));
        assertThat(browser.evaluate(PHASE)).isEqualTo("END");
        browser.press("ArrowRight");
        browser.await(FRAME, String.valueOf(LAST));
        assertThat(browser.evaluate("document.querySelectorAll('.node.moved').length"))
                .as("updated parameters")
                .isEqualTo("20");
    }

    @Test
    void spacePlaysAndPauses() throws InterruptedException {
        browser.press(" ");
        browser.await(FRAME, "2");
        assertThat(browser.evaluate("document.body.dataset.playing")).isEqualTo("yes");
        browser.press(" ");
        browser.await("document.body.dataset.playing", "undefined");
    }

    @Test
    void sliderMoves() throws InterruptedException {
        String middle = "(box => %s)(document.getElementById('slider').getBoundingClientRect())";
        double x = Double.parseDouble(browser.evaluate(middle.formatted("box.left + box.width / 2")));
        double y = Double.parseDouble(browser.evaluate(middle.formatted("box.top + box.height / 2")));
        browser.click(x, y);
        int frame = Integer.parseInt(browser.evaluate(FRAME));
        assertThat(frame).isBetween(LAST / 2 - 2, LAST / 2 + 3);
        assertThat(browser.evaluate("document.getElementById('slider').value")).isEqualTo(String.valueOf(frame));
        assertThat(browser.evaluate(PHASE)).isEqualTo("BACKWARD");
        assertThat(browser.evaluate("document.querySelectorAll('.node.hot').length"))
                .as("nodes with a gradient")
                .isNotEqualTo("0");
    }

    @Test
    void clickOnANodeShowsIt() throws InterruptedException {
        browser.evaluate("document.querySelectorAll('.node.operation')[2].dispatchEvent(new Event('click'))");
        assertThat(browser.evaluate("document.querySelector('#side h2').textContent"))
                .isEqualTo("relu");
    }

    @Test
    void everyFrameFitsAPhoneAndTheDark() throws InterruptedException {
        browser.show(420, 860, true);
        browser.await("getComputedStyle(document.body).backgroundColor", "rgb(15, 19, 24)");
        for (int frame = 0; frame <= LAST; frame++) {
            assertThat(browser.evaluate(FRAME)).isEqualTo(String.valueOf(frame));
            assertThat(browser.evaluate("document.documentElement.scrollWidth")).isEqualTo("420");
            assertThat(browser.evaluate(
                            "(side => side.scrollWidth - side.clientWidth)(document.getElementById('side'))"))
                    .as("frame " + frame + " scrolls sideways by")
                    .isEqualTo("0");
            browser.press("ArrowRight");
        }
    }

    @Test
    void nothingIsLoaded() throws InterruptedException {
        assertThat(browser.evaluate("performance.getEntriesByType('resource')"
                        + ".filter(entry => !entry.name.startsWith('data:')).length"))
                .isEqualTo("0");
    }
}
