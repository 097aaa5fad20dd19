package dev.voxgrad.engine.language;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Compares the tour, the decisions and the exercises with the source: links, the names of classes and methods, and
 * snippets. {@code TourCommandsTest} of medmnist has their commands and shell examples.
 */
class TourTest {
    private static final Path ENGINE = Checkout.ROOT.resolve("engine");
    private static final Pattern LINK = Pattern.compile("\\[`?([^\\]`]*)`?\\]\\(([^)#\\s]+)(?:#[^)]*)?\\)");
    private static final Pattern BLOCK = Pattern.compile("^```(\\w*)\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern NAME = Pattern.compile("`([A-Z][A-Za-z0-9]+)(?:\\.([a-z][A-Za-z0-9]*))?(?:\\(\\))?`");
    private static final Pattern TYPE = Pattern.compile("\\b(?:class|record|interface|enum) ([A-Z][A-Za-z0-9]+)");
    /** Names in code type that are not this project's. */
    private static final Set<String> OTHERS =
            Set.of("ServiceLoader", "ZipFile", "Files.move", "T", "ATOMIC_MOVE", "Ladder");

    private static List<Path> pages() throws IOException {
        List<Path> pages = new ArrayList<>(List.of(ENGINE.resolve("exercises/README.md")));
        try (Stream<Path> files = Files.walk(ENGINE.resolve("docs"))) {
            files.filter(file -> file.toString().endsWith(".md")).sorted().forEach(pages::add);
        }
        return pages;
    }

    private static String name(Path file) {
        return Checkout.ROOT.relativize(file).toString();
    }

    @Test
    void everyPageIsThere() throws IOException {
        assertThat(pages()).hasSizeGreaterThanOrEqualTo(1 + 8 + 7);
    }

    @Test
    void everyLinkLeadsToAFileOfThatName() throws IOException {
        List<String> findings = new ArrayList<>();
        for (Path page : pages()) {
            Matcher link = LINK.matcher(withoutBlocks(Files.readString(page)));
            while (link.find()) {
                String target = link.group(2);
                if (target.startsWith("http")) {
                    continue;
                }
                Path file = page.resolveSibling(target).normalize();
                String fileName = file.getFileName().toString();
                if (!Files.exists(file)) {
                    findings.add(name(page) + ": no file " + target);
                } else if (fileName.endsWith(".java")
                        && !fileName.replace(".java", "").equals(link.group(1).replace(".java", ""))) {
                    findings.add(name(page) + ": '" + link.group(1) + "' leads to " + fileName);
                }
            }
        }
        assertThat(findings).isEmpty();
    }

    @Test
    void everyNamedClassAndMethodExists() throws IOException {
        Map<String, StringBuilder> types = types();
        List<String> findings = new ArrayList<>();
        int names = 0;
        for (Path page : pages()) {
            Matcher name = NAME.matcher(withoutBlocks(Files.readString(page)));
            while (name.find()) {
                names++;
                String type = name.group(1);
                String method = name.group(2);
                StringBuilder source = types.get(type);
                if (OTHERS.contains(type) || OTHERS.contains(type + "." + method)) {
                    continue;
                } else if (source == null) {
                    findings.add(name(page) + ": no class " + type);
                } else if (method != null && !source.toString().contains(method + "(")) {
                    findings.add(name(page) + ": no method " + type + "." + method);
                }
            }
        }
        assertThat(findings).isEmpty();
        assertThat(names).isGreaterThan(50);
    }

    /** Returns the sources by the types that they declare. */
    private static Map<String, StringBuilder> types() throws IOException {
        Map<String, StringBuilder> types = new HashMap<>();
        for (Path module : Checkout.modules()) {
            try (Stream<Path> files = Files.walk(module.resolve("src"))) {
                for (Path file :
                        files.filter(f -> f.toString().endsWith(".java")).toList()) {
                    String text = Files.readString(file);
                    TYPE.matcher(text)
                            .results()
                            .forEach(type -> types.computeIfAbsent(type.group(1), _ -> new StringBuilder())
                                    .append(text));
                }
            }
        }
        return types;
    }

    /** A snippet is from the file that the last link before it leads to; a line of "…" stands for lines left out. */
    @Test
    void everySnippetIsInTheSourceWordForWord() throws IOException {
        List<String> findings = new ArrayList<>();
        int snippets = 0;
        for (Path page : pages()) {
            String text = Files.readString(page);
            Matcher block = BLOCK.matcher(text);
            while (block.find()) {
                if (block.group(1).equals("java") || block.group(1).equals("cuda")) {
                    snippets++;
                    Path source = lastSource(page, text.substring(0, block.start()));
                    if (source == null || !contains(Files.readString(source), block.group(2))) {
                        findings.add(name(page) + ": not in " + source + ":\n" + block.group(2));
                    }
                }
            }
        }
        assertThat(findings).isEmpty();
        assertThat(snippets).isGreaterThan(30);
    }

    private static Path lastSource(Path page, String before) {
        Path source = null;
        Matcher link = LINK.matcher(before);
        while (link.find()) {
            if (link.group(2).matches(".*\\.(java|cu|cpp|h)")) {
                source = page.resolveSibling(link.group(2)).normalize();
            }
        }
        return source;
    }

    private static boolean contains(String source, String snippet) {
        String words = words(source);
        int at = 0;
        for (String part : snippet.split("\\s*…\\s*")) {
            int found = words.indexOf(words(part), at);
            if (found < 0) {
                return false;
            }
            at = found + words(part).length();
        }
        return true;
    }

    private static String words(String text) {
        return text.strip().replaceAll("\\s+", " ");
    }

    private static String withoutBlocks(String text) {
        return BLOCK.matcher(text).replaceAll("");
    }
}
