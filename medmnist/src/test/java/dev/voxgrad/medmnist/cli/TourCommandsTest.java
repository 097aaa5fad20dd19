package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import jdk.jshell.EvalException;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

/** Parses the commands of the engine's tour, and runs its shell examples and its program. */
class TourCommandsTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Path TOUR = ROOT.resolve("engine/docs/tour");
    private static final String PROMPT = "jshell> ";
    private static final Pattern SHELL = Pattern.compile("^```sh\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern JSHELL = Pattern.compile("^```jshell\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern INLINE =
            Pattern.compile("`((?:VOXGRAD_OPTS=\\S+ )?(?:medmnist|engine|bench)/(?:bin|docs/tour|exercises)/[^`…]+)`");

    static List<Path> pages() throws IOException {
        List<Path> pages = new ArrayList<>(List.of(ROOT.resolve("engine/exercises/README.md")));
        try (Stream<Path> files = Files.list(TOUR)) {
            files.filter(file -> file.toString().endsWith(".md")).sorted().forEach(pages::add);
        }
        return pages;
    }

    @ParameterizedTest
    @MethodSource("pages")
    void commandsExistAndTakeTheseArguments(Path page) throws IOException {
        String text = Files.readString(page);
        List<String> commands = new ArrayList<>();
        SHELL.matcher(text).results().map(this::lines).forEach(commands::addAll);
        INLINE.matcher(text).results().map(found -> found.group(1)).forEach(commands::add);
        for (String command : commands) {
            check(command);
        }
    }

    private List<String> lines(MatchResult block) {
        return block.group(1)
                .replaceAll("\\\\\n\\s*", "")
                .lines()
                .map(line -> line.replaceAll("\\s+#.*", ""))
                .toList();
    }

    /** Checks each command of a line, without the variables before it. */
    private static void check(String line) {
        for (String command : line.split("&&|[&;]")) {
            List<String> words = new ArrayList<>(Arrays.asList(command.strip().split("\\s+")));
            while (words.getFirst().matches("[A-Z_]+=.*")) {
                words.removeFirst();
            }
            String program = words.removeFirst();
            if (program.contains("/")) {
                assertThat(Files.isExecutable(ROOT.resolve(program))).as(line).isTrue();
            }
            switch (program) {
                case "medmnist/bin/medmnist" ->
                    assertThatCode(() -> new CommandLine(new Main())
                                    .setCaseInsensitiveEnumValuesAllowed(true)
                                    .parseArgs(words.toArray(String[]::new)))
                            .as(line)
                            .doesNotThrowAnyException();
                case "./mvnw" ->
                    words.stream()
                            .filter(word -> word.startsWith("-Dtest="))
                            .forEach(word -> requireSource(word.substring("-Dtest=".length()), "src/test/java"));
                case "bench/bin/bench" -> requireSource(words.getLast().replaceAll("\\..*", ""), "src/main/java");
                default -> assertThat(program).isNotEmpty();
            }
        }
    }

    private static void requireSource(String type, String folder) {
        boolean found = Stream.of("engine", "nn", "medmnist", "bench")
                .map(module -> ROOT.resolve(module).resolve(folder))
                .filter(Files::isDirectory)
                .anyMatch(sources -> {
                    try (Stream<Path> files = Files.walk(sources)) {
                        return files.anyMatch(file -> file.endsWith(type + ".java"));
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                });
        assertThat(found).as("a class " + type).isTrue();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void shellExamplesPrintWhatThePageSays(Path page) throws IOException {
        List<String> examples = JSHELL.matcher(Files.readString(page))
                .results()
                .flatMap(block -> Stream.of(block.group(1).split("(?m)^" + PROMPT)))
                .filter(example -> !example.isBlank())
                .toList();
        if (examples.isEmpty()) {
            return;
        }
        // In a JVM of its own, as engine/bin/jshell: within this one, JShell sometimes waits for the device's threads.
        try (JShell shell = JShell.builder()
                .remoteVMOptions("--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED")
                .build()) {
            shell.addToClasspath(System.getProperty("java.class.path"));
            evaluate(shell, Files.readString(ROOT.resolve("engine/src/jshell/startup.jsh")));
            for (String example : examples) {
                String[] parts = example.split("\n", 2);
                assertPrints(evaluate(shell, parts[0] + "\n"), parts[1].strip(), parts[0]);
            }
            evaluate(shell, "cpu.close()");
        }
    }

    private static void assertPrints(SnippetEvent event, String expected, String input) {
        if (expected.startsWith("|  Exception ")) {
            assertThat(event.exception())
                    .as(input)
                    .isInstanceOfSatisfying(
                            EvalException.class,
                            e -> assertThat(e.getExceptionClassName() + ": " + e.getMessage())
                                    .startsWith(expected.substring("|  Exception ".length())));
        } else {
            assertThat(event.exception()).as(input).isNull();
            if (!expected.isEmpty()) {
                assertThat(event.value()).as(input).isEqualTo(expected.split(" ==> ", 2)[1]);
            }
        }
    }

    /** Evaluates all snippets of a text; returns the event of the last one. */
    private static SnippetEvent evaluate(JShell shell, String text) {
        SourceCodeAnalysis analysis = shell.sourceCodeAnalysis();
        String rest = text;
        SnippetEvent last = null;
        while (!rest.isBlank()) {
            SourceCodeAnalysis.CompletionInfo next = analysis.analyzeCompletion(rest);
            if (next.source() == null) {
                break; // only a comment is left
            }
            last = shell.eval(next.source()).getFirst();
            assertThat(last.status()).as(next.source()).isEqualTo(Snippet.Status.VALID);
            rest = next.remaining();
        }
        return last;
    }

    @Test
    void ladderRunsOnSmallVolumes(@TempDir Path folder) throws Exception {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        int code = compiler.run(
                null,
                null,
                null,
                "-d",
                folder.toString(),
                "-proc:none",
                "-cp",
                System.getProperty("java.class.path"),
                TOUR.resolve("Ladder.java").toString());
        assertThat(code).isZero();
        try (var loader = new URLClassLoader(
                new URL[] {folder.toUri().toURL()}, getClass().getClassLoader())) {
            var main = loader.loadClass("Ladder").getDeclaredMethod("main", String[].class);
            main.setAccessible(true);
            assertThatCode(() -> main.invoke(null, (Object) new String[] {"1", "6", "16", "0"}))
                    .doesNotThrowAnyException();
        }
    }
}
