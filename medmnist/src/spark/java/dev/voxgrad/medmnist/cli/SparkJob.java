package dev.voxgrad.medmnist.cli;

import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

import dev.voxgrad.medmnist.run.RunFiles;
import dev.voxgrad.medmnist.run.member.MemberFiles;

/**
 * Describes what one task does: a command, which trains one member or one trial.
 *
 * @param name what it is, for the console and for Spark's pages
 * @param words the command, without what depends on the executor
 * @param run the folder of the run whose member it trains, which may not exist yet; empty if the command chooses
 * @param member that it trains; 0 if the command chooses
 */
record SparkJob(String name, List<String> words, String run, int member) implements Serializable {
    SparkJob {
        words = List.copyOf(words);
    }

    /** Returns the process that trains the member at present, if any. */
    Optional<String> holder() {
        return files().flatMap(MemberFiles::holder);
    }

    /** Returns why the training of the member cannot continue, if it failed. */
    Optional<String> failure() {
        return files().flatMap(MemberFiles::state).flatMap(state -> Optional.ofNullable(state.failure()));
    }

    private Optional<MemberFiles> files() {
        Path folder = Path.of(run);
        return run.isEmpty() || Files.notExists(folder.resolve(RunFiles.RUN_FILE))
                ? Optional.empty()
                : Optional.of(RunFiles.open(folder).member(member));
    }
}
