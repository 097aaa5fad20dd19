package dev.voxgrad.nativecheck.check.cuda;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

import dev.voxgrad.nativecheck.check.Check;
import dev.voxgrad.nativecheck.library.LibraryCache;
import dev.voxgrad.nativecheck.library.NativeLibrary;
import dev.voxgrad.nativecheck.report.Finding;
import dev.voxgrad.nativecheck.report.Impact;
import dev.voxgrad.nativecheck.report.Shell;

/**
 * Whether the loader finds a library, in a right version and with all that it needs.
 *
 * @param library the library
 * @param names the file names that are asked for
 * @param found the files that the loader finds under these names; the first is taken
 * @param problem in half a sentence, why the first would not load; empty where it would
 * @param elsewhere files of these names where the loader does not look
 * @param otherMajors files of another major version, wherever they are
 * @param gpu whether a driver works here, so that the library is needed
 */
public record LibraryCheck(
        NativeLibrary library,
        List<String> names,
        List<Path> found,
        Optional<String> problem,
        List<Path> elsewhere,
        List<Path> otherMajors,
        boolean gpu)
        implements Check {
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
        if (!found.isEmpty()) {
            return broken(
                    found.getFirst() + " " + problem.orElseThrow(),
                    "mend LD_LIBRARY_PATH so that its folder and those of what it needs are searched, or " + install());
        }
        if (!elsewhere.isEmpty()) {
            Path file = elsewhere.getFirst();
            return broken(
                    file.getFileName() + " was not found, but lies in " + file.getParent()
                            + ", where the loader does not look",
                    "export LD_LIBRARY_PATH=" + Shell.quote(String.valueOf(file.getParent()))
                            + "${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}");
        }
        if (!otherMajors.isEmpty()) {
            return broken(wrongMajor(otherMajors.getFirst()), install());
        }
        return broken(
                names.size() == 1
                        ? names.getFirst() + " was not found"
                        : "neither " + String.join(" nor ", names) + " was found",
                install());
    }

    /** Returns what depends on the library: NVRTC is first used at the first kernel, the others to open a GPU. */
    @Override
    public Impact impact() {
        return library == NativeLibrary.NVRTC || library == NativeLibrary.NVRTC_BUILTINS
                ? Impact.FIRST_KERNEL
                : Impact.GPU_SOFTWARE;
    }

    private String wrongMajor(Path other) {
        String owner = library.title().startsWith("cuDNN") ? "cuDNN " : "CUDA ";
        return "wrong major version: " + owner + major(library, other) + "'s " + other.getFileName() + " is there ("
                + other.getParent() + "), but " + library.asker() + " wants " + anyName()
                + (isForNewerDriver(other) ? " with a driver that is older than that" : "");
    }

    /** Whether the trainer would take it if the driver were newer. */
    private boolean isForNewerDriver(Path other) {
        String name = library.stem() + major(library, other);
        return library.asker().equals("Voxgrad") && library.files().contains(name);
    }

    /** The major version in a file's name; empty where it is not named as the library. */
    public static String major(NativeLibrary library, Path file) {
        String name = String.valueOf(file.getFileName());
        if (!name.startsWith(library.stem())) {
            return "";
        }
        String version = name.substring(library.stem().length());
        int dot = version.indexOf('.');
        return dot < 0 ? version : version.substring(0, dot);
    }

    private String anyName() {
        return String.join(" or ", names);
    }

    /** Without a driver that works there is nothing to be done about the rest; the driver is judged by its probe. */
    private Finding broken(String what, String mend) {
        if (library == NativeLibrary.CUDNN_ADV) {
            return Finding.warn(library.title(), what + "; convolutions do without it", "", "");
        }
        return gpu && library != NativeLibrary.DRIVER
                ? Finding.fail(library.title(), what, anyName() + " for " + library.asker(), mend)
                : Finding.warn(library.title(), what, "", "");
    }

    private String install() {
        if (library.title().startsWith("cuDNN")) {
            return "install all of cuDNN 9 for the driver's CUDA, 12 or 13, or put the folder nvidia/cudnn/lib of "
                    + "pip's wheel nvidia-cudnn-cu12 or nvidia-cudnn-cu13 into LD_LIBRARY_PATH, " + FETCH;
        }
        return "install a CUDA toolkit 12.x, or 13.x for a driver R580 or newer (others may stay), or put the folders "
                + "nvidia/*/lib of pip's wheels for it into LD_LIBRARY_PATH, " + FETCH;
    }

    private static String join(List<Path> files) {
        return String.join(", ", files.stream().map(Path::toString).toList());
    }
}
