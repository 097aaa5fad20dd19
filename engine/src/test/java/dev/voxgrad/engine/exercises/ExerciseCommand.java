package dev.voxgrad.engine.exercises;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Runs {@code engine/exercises/exercise}, which says what its arguments are. */
final class ExerciseCommand {
    private static final Path WORK = Exercise.ROOT.resolve("engine/exercises/work");

    private final Path work;
    private final PrintStream out;

    ExerciseCommand(Path work, PrintStream out) {
        this.work = work;
        this.out = out;
    }

    /** Runs the command and exits with its code. */
    public static void main(String[] arguments) throws IOException {
        System.exit(new ExerciseCommand(WORK, System.out).run(arguments));
    }

    /** Returns 0 if the exercise is solved or there was nothing to solve, 1 if it is not, 2 for wrong use. */
    int run(String... arguments) throws IOException {
        if (arguments.length == 0) {
            for (Exercise exercise : Exercise.all()) {
                String state = Files.exists(file(exercise)) ? "   in work" : "";
                out.println(exercise.number() + "  " + exercise.title() + state);
            }
            return 0;
        }
        Optional<Exercise> chosen = Exercise.all().stream()
                .filter(exercise -> String.valueOf(exercise.number()).equals(arguments[0]))
                .findFirst();
        String action = arguments.length > 1 ? arguments[1] : "run";
        if (chosen.isEmpty()) {
            out.println("There is no exercise " + arguments[0] + "; without arguments, all are listed.");
            return 2;
        }
        return switch (action) {
            case "run" -> solve(chosen.get());
            case "answer" -> answer(chosen.get());
            case "reset" -> reset(chosen.get());
            default -> {
                out.println("'" + action + "' is unknown; expected answer or reset.");
                yield 2;
            }
        };
    }

    private Path file(Exercise exercise) {
        return work.resolve(String.valueOf(exercise.number())).resolve(exercise.fileName());
    }

    private int solve(Exercise exercise) throws IOException {
        Path file = file(exercise);
        if (!Files.exists(file)) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, exercise.withHole());
        }
        String test = exercise.testClass().replaceAll(".*\\.", "") + "." + exercise.testMethod();
        Optional<String> failure = ExerciseRun.run(exercise, Exercise.text(file));
        out.println(exercise.number() + "  " + exercise.title());
        if (failure.isEmpty()) {
            out.println("Solved: " + test + " passes. Compare with the source: " + exercise.source() + ":"
                    + exercise.line());
            return 0;
        }
        out.println("Not solved yet: " + test + " fails.");
        out.println(failure.get().strip().indent(4).stripTrailing());
        out.println("Edit " + file + " near line " + exercise.line() + ", and run this again.");
        return 1;
    }

    private int answer(Exercise exercise) {
        out.println(exercise.source() + ":" + exercise.line());
        out.print(exercise.answer());
        return 0;
    }

    private int reset(Exercise exercise) throws IOException {
        Files.deleteIfExists(file(exercise));
        out.println("Exercise " + exercise.number() + " is as it was.");
        return 0;
    }
}
