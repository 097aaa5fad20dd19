package dev.voxgrad.engine.language;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.language.Document.Link;

import static org.assertj.core.api.Assertions.assertThat;

/** Checks the links between the project's documents, and that the README stays short. */
class DocumentsTest {
    private static final int MOST_WORDS = 900;

    @Test
    void everyLinkAndAnchorExists() throws IOException {
        List<String> broken = new ArrayList<>();
        int checked = 0;
        for (Path file : Checkout.documents()) {
            Document document = Document.read(file);
            for (Link link : document.links()) {
                problem(document, link.target())
                        .ifPresent(problem -> broken.add("%s:%d: %s: %s"
                                .formatted(Checkout.ROOT.relativize(file), link.line(), link.target(), problem)));
                checked++;
            }
        }
        assertThat(broken).isEmpty();
        assertThat(checked).isGreaterThan(50);
    }

    /** Returns what is wrong with a link; links to other sites are not followed. */
    private static Optional<String> problem(Document document, String target) throws IOException {
        if (target.matches("[a-z]+:.*")) {
            return Optional.empty();
        }
        String[] parts = target.split("#", 2);
        Path file = parts[0].isEmpty()
                ? document.file()
                : document.file().resolveSibling(parts[0]).normalize();
        if (!file.startsWith(Checkout.ROOT) || !file.equals(document.file()) && !Files.exists(file)) {
            return Optional.of("no such file in the project");
        } else if (parts.length == 2 && file.toString().endsWith(".md")) {
            boolean known = file.equals(document.file())
                    ? document.anchors().contains(parts[1])
                    : Document.read(file).anchors().contains(parts[1]);
            return known ? Optional.empty() : Optional.of("no such heading");
        }
        return Optional.empty();
    }

    @Test
    void readmeIsShort() throws IOException {
        String readme = Files.readString(Checkout.ROOT.resolve("README.md"));
        assertThat(readme.strip().split("\\s+").length).isLessThanOrEqualTo(MOST_WORDS);
    }

    @Test
    void findsBrokenLinks() throws IOException {
        Path file = Checkout.ROOT.resolve("a.md");
        Document document = Document.of(file, """
                # A *title*, with `code` & more!
                # Twice
                # Twice
                ```
                # No title
                [no link](x)
                ```
                `[no link](x)` [one](#twice-1) and ![two](pom.xml), [[three]](https://example.org)
                [four](nothing.md), [five](#no-title) [six](../outside)
                """);
        assertThat(document.anchors()).containsExactlyInAnyOrder("a-title-with-code--more", "twice", "twice-1");
        List<String> broken = new ArrayList<>();
        for (Link link : document.links()) {
            problem(document, link.target()).ifPresent(_ -> broken.add(link.target()));
        }
        assertThat(document.links()).hasSize(6);
        assertThat(broken).containsExactly("nothing.md", "#no-title", "../outside");
    }
}
