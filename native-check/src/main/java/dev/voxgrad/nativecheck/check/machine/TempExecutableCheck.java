package dev.voxgrad.nativecheck.check.machine;

import java.nio.file.Path;

import dev.voxgrad.nativecheck.check.Check;
import dev.voxgrad.nativecheck.machine.Mount;
import dev.voxgrad.nativecheck.report.Finding;
import dev.voxgrad.nativecheck.report.Impact;

/**
 * Whether the loader may map code from the folder for temporary files.
 *
 * @param folder the folder
 * @param mount where its file system is mounted, and how
 */
public record TempExecutableCheck(Path folder, Mount mount) implements Check {
    private static final String NAME = "executable";

    @Override
    public Finding judge() {
        if (mount.options().contains("noexec")) {
            return Finding.fail(
                    NAME,
                    "the temp folder " + folder + " is on " + mount.point()
                            + ", which is mounted noexec: no library loads from it",
                    "a folder without noexec",
                    "name another with -Djava.io.tmpdir=FOLDER, or mount " + mount.point() + " with exec");
        }
        return Finding.pass(
                NAME,
                mount.options().isEmpty()
                        ? "this system does not tell"
                        : "it is on " + mount.point() + ", mounted without noexec");
    }

    @Override
    public Impact impact() {
        return Impact.GPU_SOFTWARE;
    }
}
