package dev.voxgrad.engine.language;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Checks files against {@code glossary.txt}, the list of words to avoid and of what to write instead. */
final class Glossary {
    private static final Set<String> CODE = Set.of("java", "cu", "cuh", "h", "cpp");
    private static final Set<String> TEXT = Set.of("md", "sh", "xml", "css", "html", "py", "yml", "properties", "");
    private static final Set<String> SKIPPED = Set.of("target", ".git", ".idea", ".vscode", "__pycache__", "LICENSE");
    private static final Pattern ALLOW = Pattern.compile("allow (.+) in (\\S+): (.+)");

    private final List<Rule> rules = new ArrayList<>();
    private final List<Exemption> exemptions = new ArrayList<>();
    /** Finds any of the phrases in a lower-case text; group i is the phrase of rule i - 1. */
    private final Pattern pattern;

    private record Rule(String phrase, String replacement) {}

    private record Exemption(String phrase, String path, String text) {
        boolean allows(Rule rule, String name, String line) {
            return rule.phrase.equals(phrase) && name.contains(path) && line.contains(text);
        }
    }

    /** A phrase to avoid, where it is, and what to write instead. */
    record Finding(String file, int line, String phrase, String replacement, String content) {
        @Override
        public String toString() {
            return "%s:%d: '%s', rather: %s | %s".formatted(file, line, phrase, replacement, content);
        }
    }

    Glossary(List<String> lines) {
        for (String line : lines) {
            Matcher allow = ALLOW.matcher(line);
            int arrow = line.indexOf(" => ");
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            } else if (allow.matches()) {
                exemptions.add(new Exemption(allow.group(1), allow.group(2), allow.group(3)));
            } else if (arrow > 0) {
                rules.add(new Rule(line.substring(0, arrow), line.substring(arrow + 4)));
            } else {
                throw new IllegalArgumentException("glossary: neither 'PHRASE => REPLACEMENT' nor 'allow': " + line);
            }
        }
        pattern = Pattern.compile(rules.stream()
                .map(rule -> rule.phrase.replace("(", "(?:").replace(" ", "\\s+"))
                .collect(Collectors.joining(")|(", "\\b(?:(", "))\\b")));
    }

    /** Reads the list next to this class. */
    static Glossary read() throws IOException {
        try (var list = Glossary.class.getResourceAsStream("glossary.txt")) {
            return new Glossary(new String(list.readAllBytes()).lines().toList());
        }
    }

    /** Returns the words to avoid in a file, or in the files of a folder; paths are relative to a root. */
    List<Finding> check(Path root, Path start) throws IOException {
        if (SKIPPED.contains(start.getFileName().toString())) {
            return List.of();
        } else if (Files.isRegularFile(start)) {
            return check(root.relativize(start).toString().replace('\\', '/'), start);
        }
        List<Finding> findings = new ArrayList<>();
        try (Stream<Path> entries = Files.list(start)) {
            for (Path entry : entries.sorted().toList()) {
                findings.addAll(check(root, entry));
            }
        }
        return findings;
    }

    private List<Finding> check(String name, Path file) throws IOException {
        String extension = name.substring(name.lastIndexOf('/') + 1).replaceFirst("^[^.]*\\.?", "");
        if (CODE.contains(extension)) {
            String code = Files.readString(file);
            List<Finding> findings = check(name, code, Prose.ofCode(code));
            if (name.contains("src/test/")) {
                findings.addAll(check(name, code, Prose.ofTestNames(code)));
            }
            return findings;
        } else if (TEXT.contains(extension)) {
            String text = Files.readString(file);
            return check(name, text, Prose.ofText(text));
        }
        return List.of();
    }

    /** Returns the words to avoid in {@code prose}, which has the lines of {@code text}. */
    List<Finding> check(String name, String text, String prose) {
        List<String> lines = text.lines().toList();
        List<Finding> findings = new ArrayList<>();
        String small = prose.toLowerCase(Locale.ROOT);
        Matcher found = pattern.matcher(small);
        while (found.find()) {
            Rule rule = IntStream.range(0, rules.size())
                    .filter(i -> found.group(i + 1) != null)
                    .mapToObj(rules::get)
                    .findFirst()
                    .orElseThrow();
            int line = (int) small.substring(0, found.start())
                    .chars()
                    .filter(c -> c == '\n')
                    .count();
            String content = lines.get(line).strip();
            if (exemptions.stream().noneMatch(e -> e.allows(rule, name, content))) {
                String phrase = found.group().replaceAll("\\s+", " ");
                findings.add(new Finding(name, line + 1, phrase, rule.replacement, content));
            }
        }
        return findings;
    }
}
