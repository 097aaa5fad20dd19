package dev.voxgrad.engine.language;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds the parts of this project in the checkout or source archive that the tests run in. */
final class Checkout {
    static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final List<String> OTHER_FOLDERS = List.of(".ci", ".launcher", ".mvn", "docs");
    private static final Pattern MODULE = Pattern.compile("<module>(.+)</module>");

    private Checkout() {}

    /** Returns the folders of the Maven modules. */
    static List<Path> modules() throws IOException {
        return MODULE.matcher(Files.readString(ROOT.resolve("pom.xml")))
                .results()
                .map(module -> ROOT.resolve(module.group(1)))
                .toList();
    }

    /**
     * Returns the files in the project's root, its modules and its other folders; not what a user keeps next to them.
     */
    static List<Path> parts() throws IOException {
        List<Path> parts = new ArrayList<>(modules());
        OTHER_FOLDERS.stream().map(ROOT::resolve).filter(Files::isDirectory).forEach(parts::add);
        try (Stream<Path> entries = Files.list(ROOT)) {
            entries.filter(Files::isRegularFile).sorted().forEach(parts::add);
        }
        return parts;
    }

    /** Returns the documents of all parts, without what was built. */
    static List<Path> documents() throws IOException {
        List<Path> documents = new ArrayList<>();
        for (Path part : parts()) {
            try (Stream<Path> files = Files.walk(part)) {
                files.filter(file -> file.toString().endsWith(".md"))
                        .filter(file -> !ROOT.relativize(file).toString().matches("(.*/)?target/.*"))
                        .sorted()
                        .forEach(documents::add);
            }
        }
        return documents;
    }
}
