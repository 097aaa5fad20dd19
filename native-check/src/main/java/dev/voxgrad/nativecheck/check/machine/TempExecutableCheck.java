package dev.voxgrad.nativecheck.check.machine;

import java.nio.file.Path;

import dev.voxgrad.nativecheck.check.Check;
import dev.voxgrad.nativecheck.machine.Mount;
import dev.voxgrad.nativecheck.report.Finding;
import dev.voxgrad.nativecheck.report.Impact;

/**
 * Checks that the loader may map code from the folder for temporary files.
 *
 * @param folder the folder
 * @param mount its file system
 */
public record TempExecutableCheck(Path folder, Mount mount) implements Check {
    private static final String NAME = "executable";

    @Override
    public Finding judge() {
        if (mount.options().contains("noexec")) {
            return Finding.fail(
                    NAME,
                    "the temp folder " + folder + " is on " + mount.point()
                            + ", which is mounted noexec: libraries cannot be loaded from it",
                    "a folder without noexec",
                    "choose another with -Djava.io.tmpdir=FOLDER, or remount " + mount.point() + " with exec");
        }
        return Finding.pass(
                NAME,
                mount.options().isEmpty()
                        ? "not reported by this system"
                        : "on " + mount.point() + ", mounted without noexec");
    }

    @Override
    public Impact impact() {
        return Impact.GPU_SOFTWARE;
    }
}
