package dev.voxgrad.engine.language;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.language.Glossary.Finding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/** Keeps the words of {@code glossary.txt} out of everything in this project that a person reads. */
class PlainEnglishTest {
    private static final Glossary FRUIT = new Glossary(List.of(
            "eaten => consumed", "(eat|eats) up => consume", "plum => fruit", "allow plum in a/X.java: sugar plum"));

    @Test
    void projectKeepsTheGlossary() throws IOException {
        Glossary glossary = Glossary.read();
        List<Finding> findings = new ArrayList<>();
        for (Path part : Checkout.parts()) {
            findings.addAll(glossary.check(Checkout.ROOT, part));
        }
        assertThat(findings)
                .as("words to avoid; glossary.txt says what to write")
                .isEmpty();
    }

    @Test
    void findsPhrasesInCommentsAndLiterals() {
        String code = """
                /** It was
                 * eaten; so it eats
                 * up. */
                int eaten = '"'; // the plum
                String s = "it eats " + "up";
                f("it eats", "up");
                """;
        assertThat(FRUIT.check("X.java", code, Prose.ofCode(code)))
                .extracting(Finding::line, Finding::phrase)
                .containsExactly(tuple(2, "eaten"), tuple(2, "eats up"), tuple(4, "plum"), tuple(5, "eats up"));
    }

    @Test
    void findsPhrasesInTestNames() {
        String code = "class X {\n    void itEatsUp() {}\n    void itEats() {}\n    void upAndUp() {}\n}\n";
        assertThat(FRUIT.check("X.java", code, Prose.ofTestNames(code)))
                .extracting(Finding::line, Finding::phrase)
                .containsExactly(tuple(2, "eats up"));
    }

    @Test
    void allowsListedLines() {
        assertThat(FRUIT.check("a/X.java", "a sugar plum", "a sugar plum")).isEmpty();
        assertThat(FRUIT.check("a/X.java", "a plum", "a plum")).hasSize(1);
        assertThat(FRUIT.check("b/X.java", "a sugar plum", "a sugar plum")).hasSize(1);
    }
}
