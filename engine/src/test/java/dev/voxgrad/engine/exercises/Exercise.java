package dev.voxgrad.engine.exercises;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Describes a hole in one source file, and the test that finds it; read from {@code engine/exercises/holes}.
 *
 * @param number from 1
 * @param title what is missing
 * @param source the file, relative to the checkout
 * @param module the module of the test
 * @param testClass the class of the test
 * @param testMethod its method
 * @param answer the text of the source that the hole takes out
 * @param hole what replaces it
 */
public record Exercise(
        int number,
        String title,
        String source,
        String module,
        String testClass,
        String testMethod,
        String answer,
        String hole) {
    /** The checkout; tests and the {@code exercise} script run in the folder of a module. */
    static final Path ROOT = Path.of("").toAbsolutePath().getParent();

    private static final String ANSWER = "--- answer\n";
    private static final String HOLE = "--- hole\n";

    /** Returns all exercises in their order. */
    public static List<Exercise> all() {
        try (Stream<Path> files = Files.list(ROOT.resolve("engine/exercises/holes"))) {
            return files.map(Exercise::read)
                    .sorted((a, b) -> Integer.compare(a.number, b.number))
                    .toList();
        } catch (IOException e) {
            throw new IllegalStateException("the exercises cannot be read: " + e.getMessage(), e);
        }
    }

    /** Returns the exercises whose test is in that module. */
    public static List<Exercise> of(String module) {
        return all().stream().filter(exercise -> exercise.module.equals(module)).toList();
    }

    private static Exercise read(Path file) {
        String text = text(file);
        int answer = text.indexOf(ANSWER);
        int hole = text.indexOf(HOLE);
        if (answer < 0 || hole < answer) {
            throw new IllegalStateException(file + ": expected '--- answer' and then '--- hole'");
        }
        Map<String, String> fields = new HashMap<>();
        text.substring(0, answer).lines().forEach(line -> {
            String[] words = line.split(" +", 2);
            fields.put(words[0], words[1]);
        });
        String[] test = field(file, fields, "test").split(" +");
        return new Exercise(
                Integer.parseInt(file.getFileName().toString().replace(".txt", "")),
                field(file, fields, "title"),
                field(file, fields, "source"),
                test[0],
                test[1],
                test[2],
                text.substring(answer + ANSWER.length(), hole),
                text.substring(hole + HOLE.length()));
    }

    private static String field(Path file, Map<String, String> fields, String name) {
        String value = fields.get(name);
        if (value == null) {
            throw new IllegalStateException(file + ": no line for '" + name + "'");
        }
        return value;
    }

    /** Returns the source as it is. */
    String original() {
        return text(ROOT.resolve(source));
    }

    /**
     * Returns the source with the hole.
     *
     * @throws IllegalStateException unless the answer occurs exactly once in the source
     */
    String withHole() {
        String original = original();
        int at = original.indexOf(answer);
        if (at < 0 || original.indexOf(answer, at + 1) >= 0) {
            throw new IllegalStateException("exercise " + number + ": its answer must occur exactly once in " + source);
        }
        return original.substring(0, at) + hole + original.substring(at + answer.length());
    }

    /** Returns the line of the source, from 1, where the answer starts. */
    long line() {
        String original = original();
        return original.substring(0, original.indexOf(answer)).lines().count() + 1;
    }

    /** Returns the name of the file that is edited. */
    String fileName() {
        return Path.of(source).getFileName().toString();
    }

    static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new IllegalStateException(file + " cannot be read: " + e.getMessage(), e);
        }
    }
}
