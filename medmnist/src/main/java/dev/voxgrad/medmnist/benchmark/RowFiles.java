package dev.voxgrad.medmnist.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import dev.voxgrad.medmnist.io.AtomicFile;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.run.RunFiles;
import dev.voxgrad.medmnist.run.json.RunJson;
import dev.voxgrad.medmnist.run.member.MemberResult;

/**
 * Reads and writes the folder of one row: a run whose members, all of one net, are the runs of the row.
 *
 * <pre>
 * run.json, members/, weights/, …     as in any run: {@link RunFiles}
 * evaluations/member-00.json          figures of a finished member: {@link RunEvaluation}
 * results/                            its scores, as MedMNIST's standard result files
 * </pre>
 *
 * @param run the files of the run
 */
public record RowFiles(RunFiles run) {
    private static final String EVALUATIONS = "evaluations";
    static final String RESULTS = "results";

    /** Returns the row's net. */
    public NetSpec net() {
        return run.info().settings().netOf(0);
    }

    /** Returns the result of a member; empty if it is not finished. */
    public Optional<MemberResult> finished(int member) {
        return run.member(member)
                .state()
                .filter(state ->
                        state.failure() == null && state.isFinished(run.info().settings()))
                .map(state -> state.result(run.info().settings().ties()));
    }

    /** Returns the figures of a finished member; empty if it is not finished, or was not evaluated since. */
    public Optional<RunEvaluation> evaluation(int member) {
        Path file = evaluationFile(member);
        return run.files().exists(file) ? finished(member).flatMap(result -> read(file, result)) : Optional.empty();
    }

    private Optional<RunEvaluation> read(Path file, MemberResult result) {
        RunEvaluation found = RunJson.read(
                run.files().read(file), RunEvaluation.class, file + " (remove it, and it will be written again)");
        return Optional.of(found).filter(evaluation -> evaluation.isOf(result));
    }

    void write(RunEvaluation evaluation) {
        run.files().makeFolder(EVALUATIONS);
        run.files().write(evaluationFile(evaluation.member()), RunJson.write(evaluation));
    }

    private Path evaluationFile(int member) {
        return run.folder().resolve(EVALUATIONS).resolve(String.format(Locale.ROOT, "member-%02d.json", member));
    }

    /** Removes the standard result files of a run's model on a split, whose names contain figures of the past. */
    void removeResults(String split, String name) {
        Path folder = run.folder().resolve(RESULTS);
        try {
            List<Path> files = run.files().list(folder);
            for (Path file : files) {
                String fileName = file.getFileName().toString();
                if (fileName.contains("_" + split + "_") && fileName.endsWith("@" + name + ".csv")) {
                    Files.delete(file);
                }
            }
        } catch (IOException e) {
            throw new DataFileException(folder.toString(), "cannot be changed: " + AtomicFile.describe(e), e);
        }
    }
}
