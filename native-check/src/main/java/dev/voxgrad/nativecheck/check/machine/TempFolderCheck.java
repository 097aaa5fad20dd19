package dev.voxgrad.nativecheck.check.machine;

import java.nio.file.Path;
import java.util.Optional;

import dev.voxgrad.nativecheck.check.Check;
import dev.voxgrad.nativecheck.machine.WritableFolder;
import dev.voxgrad.nativecheck.report.Finding;
import dev.voxgrad.nativecheck.report.Impact;

/**
 * Whether JCuda can extract its native libraries into the folder for temporary files.
 *
 * @param folder the folder
 * @param problem what keeps a file from being made in it, such as "does not exist"; empty where nothing does
 */
public record TempFolderCheck(Path folder, Optional<String> problem) implements Check {
    private static final String NAME = "writable";

    /** Tries to write to the folder. */
    public static TempFolderCheck look(Path folder) {
        return new TempFolderCheck(folder, WritableFolder.problem(folder));
    }

    @Override
    public Finding judge() {
        return problem.map(words -> Finding.fail(
                        NAME,
                        "the temp folder " + folder + " " + words,
                        "a folder for the native libraries that JCuda extracts",
                        "make it writable and free some space, or name another with -Djava.io.tmpdir=FOLDER"))
                .orElseGet(() -> Finding.pass(NAME, folder + " can be written"));
    }

    @Override
    public Impact impact() {
        return Impact.GPU_SOFTWARE;
    }
}
