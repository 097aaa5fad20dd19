package dev.voxgrad.nn;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Compiles and runs the program that the README shows, and compares its text and its pom with the README's. */
class ExampleTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Path PROGRAM = ROOT.resolve("nn/example/src/main/java/Checkerboards.java");
    private static final Path POM = ROOT.resolve("nn/example/pom.xml");

    @TempDir
    private Path folder;

    @Test
    void readmeShowsTheProgram() throws IOException {
        assertThat(Files.readString(ROOT.resolve("README.md")))
                .contains("```java\n" + Files.readString(PROGRAM) + "```\n");
    }

    @Test
    void readmeShowsTheDependencyAndTheFlags() throws IOException {
        String readme = Files.readString(ROOT.resolve("README.md"));
        String pom = Files.readString(POM);
        Matcher dependency =
                Pattern.compile("(?s)    <dependency>.*?</dependency>\n").matcher(pom);
        assertThat(dependency.find()).isTrue();
        assertThat(readme).contains("```xml\n" + dependency.group() + "```\n");
        Matcher flag = Pattern.compile("<argument>(--[a-z].*?)</argument>").matcher(pom);
        assertThat(flag.results().map(found -> found.group(1)).toList())
                .hasSize(2)
                .allMatch(readme::contains);
    }

    @Test
    void exampleUsesThisVersion() throws IOException {
        Matcher version =
                Pattern.compile("<version>(.*?)</version>").matcher(Files.readString(ROOT.resolve("pom.xml")));
        assertThat(version.find()).isTrue();
        assertThat(Files.readString(POM))
                .contains("<artifactId>nn</artifactId>\n      <version>" + version.group(1) + "</version>");
    }

    @Test
    void programLearns() throws Exception {
        List<String> words = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                PROGRAM.toString());
        Path log = folder.resolve("log");
        Process program = new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        assertThat(program.waitFor(5, TimeUnit.MINUTES)).isTrue();
        String output = Files.readString(log);
        assertThat(program.exitValue()).as(output).isZero();
        Matcher loss = Pattern.compile("step 60: loss (\\d\\.\\d\\d)").matcher(output);
        assertThat(loss.find()).as(output).isTrue();
        assertThat(Double.parseDouble(loss.group(1))).isLessThan(0.4); // 0.69 without learning
    }
}
