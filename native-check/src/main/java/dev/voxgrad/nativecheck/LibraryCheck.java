package dev.voxgrad.nativecheck;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Whether the loader finds a library, in the right version and with all that it needs.
 *
 * @param library the library
 * @param found the files that the loader finds under its name; it takes the first
 * @param problem in half a sentence, why the first would not load; empty where it would
 * @param elsewhere files of that name where the loader does not look
 * @param otherMajors files of another major version, wherever they are
 * @param gpu whether a driver works here, so that the library is needed
 */
public record LibraryCheck(NativeLibrary library, List<Path> found, Optional<String> problem, List<Path> elsewhere,
        List<Path> otherMajors, boolean gpu) implements Check {
    private static final String FETCH = "or run " + LibraryCache.COMMAND + " in Voxgrad's sources, which fetches all "
            + "of CUDA that it needs (2.0 GB)";

    /** Whether the loader would load it. */
    public boolean loads() {
        return !found.isEmpty() && problem.isEmpty();
    }

    @Override
    public Finding judge() {
        if (loads()) {
            String copies = found.size() == 1 ? "" : "; not used: " + join(found.subList(1, found.size()));
            return Finding.pass(library.title(), found.getFirst() + copies);
        }
        String wanted = library.file() + " for " + library.asker();
        if (!found.isEmpty()) {
            return broken(found.getFirst() + " " + problem.orElseThrow(), wanted,
                    "mend LD_LIBRARY_PATH so that its folder and those of what it needs are searched, or "
                            + install());
        }
        if (!elsewhere.isEmpty()) {
            Path folder = elsewhere.getFirst().getParent();
            return broken(library.file() + " was not found, but lies in " + folder + ", where the loader does not look",
                    wanted, "export LD_LIBRARY_PATH=" + folder + "${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}");
        }
        if (!otherMajors.isEmpty()) {
            return broken(wrongMajor(otherMajors.getFirst()), wanted, install());
        }
        return broken(library.file() + " was not found", wanted, install());
    }

    private String wrongMajor(Path other) {
        String file = other.getFileName().toString();
        String major = file.substring(library.stem().length()).split("\\.")[0];
        String owner = library.title().startsWith("cuDNN") ? "cuDNN " : "CUDA ";
        return "wrong major version: " + owner + major + "'s " + file + " is there (" + other.getParent() + "), but "
                + library.asker() + " wants " + library.file();
    }

    /** Without a driver that works there is nothing to be done about the rest; the driver is judged by its probe. */
    private Finding broken(String what, String wanted, String mend) {
        return gpu && library != NativeLibrary.DRIVER
                ? Finding.fail(library.title(), what, wanted, mend)
                : Finding.warn(library.title(), what, "", "");
    }

    private String install() {
        if (library.title().startsWith("cuDNN")) {
            return "install all of cuDNN 9 for CUDA 12, or put the folder nvidia/cudnn/lib of pip's wheel "
                    + "nvidia-cudnn-cu12 into LD_LIBRARY_PATH, " + FETCH;
        }
        return "install a CUDA toolkit 12.x (a newer one may stay), or put the folders nvidia/*/lib of pip's wheels "
                + "for CUDA 12 into LD_LIBRARY_PATH, " + FETCH;
    }

    private static String join(List<Path> files) {
        return String.join(", ", files.stream().map(Path::toString).toList());
    }
}
