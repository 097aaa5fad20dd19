package dev.voxgrad.engine.language;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A Markdown file: its links, and the anchors that links to it may name, as GitHub and GitLab make them. */
record Document(Path file, List<Link> links, Set<String> anchors) {
    private static final Pattern LINK = Pattern.compile("\\[[^\\]\\[]*(?:\\[[^\\]]*\\][^\\]\\[]*)*\\]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("#{1,6} +(.*)");
    private static final Pattern MARKUP = Pattern.compile("\\[([^\\]]*)\\]\\([^)]*\\)|[`*]");

    /** A link's target as it is written. */
    record Link(int line, String target) {}

    static Document read(Path file) throws IOException {
        return of(file, Files.readString(file));
    }

    /** Reads a text; what is in blocks of code is neither a link nor a heading. */
    static Document of(Path file, String text) {
        List<Link> links = new ArrayList<>();
        Set<String> anchors = new HashSet<>();
        Map<String, Integer> uses = new HashMap<>();
        boolean code = false;
        List<String> lines = text.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.strip().startsWith("```")) {
                code = !code;
            } else if (!code) {
                Matcher heading = HEADING.matcher(line);
                if (heading.matches()) {
                    String anchor = anchor(heading.group(1));
                    int use = uses.merge(anchor, 1, Integer::sum);
                    anchors.add(use == 1 ? anchor : anchor + "-" + (use - 1));
                }
                Matcher link = LINK.matcher(line.replaceAll("`[^`]*`", "code"));
                while (link.find()) {
                    links.add(new Link(i + 1, link.group(1)));
                }
            }
        }
        return new Document(file, links, anchors);
    }

    /** Returns the anchor of a heading: in lower case, with hyphens instead of blanks, and without punctuation. */
    static String anchor(String heading) {
        return MARKUP.matcher(heading)
                .replaceAll("$1")
                .strip()
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N} _-]", "")
                .replace(' ', '-');
    }
}
