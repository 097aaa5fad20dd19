package dev.voxgrad.engine.exercises;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Keeps the exercises of {@code engine/exercises} solvable; {@code CheckpointExerciseTest} has the one of medmnist. */
class ExercisesTest {
    @TempDir
    private Path work;

    static List<Exercise> exercises() {
        return Exercise.of("engine");
    }

    @Test
    void thereAreEightWithAPageForEach() {
        assertThat(Exercise.all()).extracting(Exercise::number).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
        String page = Exercise.text(Exercise.ROOT.resolve("engine/exercises/README.md"));
        for (Exercise exercise : Exercise.all()) {
            assertThat(exercise.withHole()).isNotEqualTo(exercise.original());
            assertThat(page).contains("## " + exercise.number() + ". " + exercise.title());
            assertThat(page).contains("](../../" + exercise.source() + ")");
        }
    }

    @ParameterizedTest
    @MethodSource("exercises")
    void testFindsTheHoleAndAcceptsTheAnswer(Exercise exercise) {
        assertThat(ExerciseRun.run(exercise, exercise.withHole()))
                .hasValueSatisfying(reason -> assertThat(reason).doesNotContain("does not compile"));
        assertThat(ExerciseRun.run(exercise, exercise.original())).isEmpty();
    }

    @Test
    void commandLeadsFromTheHoleToTheAnswer() throws IOException {
        Exercise first = Exercise.all().getFirst();
        assertThat(output(1, "1")).contains("Not solved yet: ReluTest.gradientEqualsCentralDifferences", "near line");
        Path file = work.resolve("1/ReluReference.java");
        Files.writeString(file, first.withHole().replace("dx[i] = dy[i];", "dx[i] = ;"));
        assertThat(output(1, "1")).contains("does not compile", "line " + (first.line() + 1));
        Files.writeString(file, first.withHole().replace(first.hole(), first.answer()));
        assertThat(output(0, "1")).contains("Solved");
        assertThat(output(0)).contains("1  ReLU's gradient   in work", "8  The order of a checkpoint");
        assertThat(output(0, "1", "answer")).contains(first.source() + ":", "y[i] <= 0 ? 0 : dy[i]");
        assertThat(output(0, "1", "reset")).contains("as it was");
        assertThat(file).doesNotExist();
        assertThat(output(2, "9")).contains("no exercise 9");
        assertThat(output(2, "1", "cheat")).contains("'cheat' is unknown");
    }

    private String output(int code, String... arguments) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        assertThat(new ExerciseCommand(work, out).run(arguments)).isEqualTo(code);
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
