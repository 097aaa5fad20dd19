package dev.voxgrad.medmnist.run.member;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.exercises.Exercise;
import dev.voxgrad.engine.exercises.ExerciseRun;

import static org.assertj.core.api.Assertions.assertThat;

/** Keeps the exercise about checkpoints solvable; {@code ExercisesTest} of the engine has the others. */
class CheckpointExerciseTest {
    @Test
    void testFindsTheHoleAndAcceptsTheAnswer() throws Exception {
        List<Exercise> exercises = Exercise.of("medmnist");
        assertThat(exercises).hasSize(1);
        Exercise exercise = exercises.getFirst();
        String answer = Files.readString(Path.of("..").resolve(exercise.source()));
        String hole = answer.replace(exercise.answer(), exercise.hole());
        assertThat(ExerciseRun.run(exercise, hole))
                .hasValueSatisfying(reason -> assertThat(reason).doesNotContain("does not compile"));
        assertThat(ExerciseRun.run(exercise, answer)).isEmpty();
        String renamesFirst = answer.replace(exercise.answer(), afterRenaming(exercise.answer()));
        assertThat(ExerciseRun.run(exercise, renamesFirst))
                .as("the newest becomes the previous one before the new one is written")
                .isPresent();
    }

    /** Returns the answer with its first two lines, which write and check the new file, after the renaming. */
    private static String afterRenaming(String answer) {
        String write = answer.substring(0, answer.indexOf("        try {"));
        String last = "            Files.move(fresh, checkpoint";
        String rest = answer.substring(write.length());
        assertThat(rest).contains(last);
        return rest.replace(last, write + last);
    }
}
