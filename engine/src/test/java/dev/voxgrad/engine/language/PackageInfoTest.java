package dev.voxgrad.engine.language;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Requires every package of the main sources to say what it is for, and to be checked for null. */
class PackageInfoTest {
    @Test
    void everyPackageIsDescribedAndNullMarked() throws IOException {
        List<String> findings = new ArrayList<>();
        for (Path module : Checkout.modules()) {
            for (Path folder : packages(module.resolve("src/main/java"))) {
                findings.addAll(check(folder));
            }
        }
        assertThat(findings).isEmpty();
    }

    private static List<Path> packages(Path sources) throws IOException {
        try (Stream<Path> files = Files.walk(sources)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .map(Path::getParent)
                    .distinct()
                    .sorted()
                    .toList();
        }
    }

    private static List<String> check(Path folder) throws IOException {
        Path file = folder.resolve("package-info.java");
        String name = Checkout.ROOT.relativize(file).toString();
        if (!Files.exists(file)) {
            return List.of(name + ": missing");
        }
        String text = Files.readString(file);
        List<String> findings = new ArrayList<>();
        if (!text.startsWith("/**")) {
            findings.add(name + ": does not start with Javadoc");
        }
        if (!text.contains("\n@NullMarked\npackage ")) {
            findings.add(name + ": not @NullMarked");
        }
        return findings;
    }
}
