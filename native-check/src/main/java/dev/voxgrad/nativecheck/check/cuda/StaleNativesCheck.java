package dev.voxgrad.nativecheck.check.cuda;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;

import dev.voxgrad.nativecheck.check.Check;
import dev.voxgrad.nativecheck.library.JCudaJar;
import dev.voxgrad.nativecheck.report.Finding;
import dev.voxgrad.nativecheck.report.Impact;
import dev.voxgrad.nativecheck.report.Shell;

/**
 * Checks that native libraries left in the folder for temporary files are those of the jars: JCuda loads any file there
 * that has the right name, even a half-written one.
 *
 * @param folder the folder
 * @param good files that are identical to those in their jar
 * @param stale files that are not
 */
public record StaleNativesCheck(Path folder, List<Path> good, List<Path> stale) implements Check {
    private static final String NAME = "left natives";

    /** Compares the files in a folder with the jars' contents. */
    public static StaleNativesCheck look(Path folder, List<JCudaJar> jars) {
        List<Path> good = new ArrayList<>();
        List<Path> stale = new ArrayList<>();
        for (JCudaJar jar : jars) {
            for (JCudaJar.Native entry : jar.natives()) {
                Path file = folder.resolve(entry.file());
                if (Files.exists(file)) {
                    (same(file, entry) ? good : stale).add(file);
                }
            }
        }
        return new StaleNativesCheck(folder, good, stale);
    }

    private static boolean same(Path file, JCudaJar.Native entry) {
        try {
            return Files.isRegularFile(file)
                    && Files.isReadable(file)
                    && Files.size(file) == entry.size()
                    && crc(file) == entry.crc();
        } catch (IOException e) {
            return false; // JCuda cannot read it either.
        }
    }

    private static long crc(Path file) throws IOException {
        CheckedInputStream in =
                new CheckedInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16), new CRC32());
        try (in) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        return in.getChecksum().getValue();
    }

    @Override
    public Finding judge() {
        if (!stale.isEmpty()) {
            String more = stale.size() > 1 ? " (and " + (stale.size() - 1) + " more)" : "";
            return Finding.fail(
                    NAME,
                    stale.getFirst() + more + " differs from the library of that name in the jar, "
                            + "but JCuda would load it",
                    "the library from the jar, or none",
                    "delete it: rm "
                            + String.join(
                                    " ",
                                    stale.stream()
                                            .map(Path::toString)
                                            .map(Shell::quote)
                                            .toList()));
        }
        return Finding.pass(
                NAME,
                good.isEmpty()
                        ? "none of JCuda's libraries is there"
                        : good.size() + " of JCuda's libraries, identical to those in the jars");
    }

    @Override
    public Impact impact() {
        return Impact.GPU_SOFTWARE;
    }
}
