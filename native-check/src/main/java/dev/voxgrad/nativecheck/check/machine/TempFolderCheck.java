package dev.voxgrad.nativecheck.check.machine;

import java.nio.file.Path;
import java.util.Optional;

import dev.voxgrad.nativecheck.check.Check;
import dev.voxgrad.nativecheck.machine.WritableFolder;
import dev.voxgrad.nativecheck.report.Finding;
import dev.voxgrad.nativecheck.report.Impact;

/**
 * Checks that JCuda can extract its native libraries into the folder for temporary files.
 *
 * @param folder the folder
 * @param problem why no file can be created there, such as "does not exist"; empty if one can
 */
public record TempFolderCheck(Path folder, Optional<String> problem) implements Check {
    private static final String NAME = "writable";

    /** Creates the check by writing to the folder. */
    public static TempFolderCheck look(Path folder) {
        return new TempFolderCheck(folder, WritableFolder.problem(folder));
    }

    @Override
    public Finding judge() {
        return problem.map(words -> Finding.fail(
                        NAME,
                        "the temp folder " + folder + " " + words,
                        "a folder for the native libraries that JCuda extracts",
                        "make it writable and free some space, or choose another with -Djava.io.tmpdir=FOLDER"))
                .orElseGet(() -> Finding.pass(NAME, folder + " is writable"));
    }

    @Override
    public Impact impact() {
        return Impact.GPU_SOFTWARE;
    }
}
