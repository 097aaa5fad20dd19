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
 * Checks that the loader finds a library in a suitable version together with all its dependencies.
 *
 * @param library the library
 * @param names the acceptable file names
 * @param found the files that the loader finds under these names; it uses the first
 * @param problem why the first would not load, in half a sentence; empty if it would
 * @param elsewhere files with these names in places where the loader does not look
 * @param otherMajors files of other major versions, wherever they are
 * @param gpu whether there is a working driver, so that the library is needed
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
    private static final String DOWNLOAD = "or run " + LibraryCache.COMMAND + " in Voxgrad's source folder, which "
            + "downloads everything it needs from CUDA (2.0 GB)";

    /** Returns whether the loader would load it. */
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
                    "correct LD_LIBRARY_PATH so that it lists the folders of this library and of all that it needs, or "
                            + install());
        }
        if (!elsewhere.isEmpty()) {
            Path file = elsewhere.getFirst();
            return broken(
                    file.getFileName() + " was not found, but is in " + file.getParent()
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
        return "wrong major version: " + owner + major(library, other) + "'s " + other.getFileName() + " is installed ("
                + other.getParent() + "), but " + library.requiredBy() + " needs " + anyName()
                + (isForNewerDriver(other) ? " with this older driver" : "");
    }

    /** Returns whether the trainer would use the file if the driver were newer. */
    private boolean isForNewerDriver(Path other) {
        String name = library.stem() + major(library, other);
        return library.requiredBy().equals("Voxgrad") && library.files().contains(name);
    }

    /** Returns the major version in a file's name; empty if the file is not named like the library. */
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

    /** Judges an unusable library. Without a working driver it need not be fixed; the driver is judged by its probe. */
    private Finding broken(String what, String fix) {
        if (library == NativeLibrary.CUDNN_ADV) {
            return Finding.warn(library.title(), what + "; convolutions do not need it", "", "");
        }
        return gpu && library != NativeLibrary.DRIVER
                ? Finding.fail(library.title(), what, anyName() + " for " + library.requiredBy(), fix)
                : Finding.warn(library.title(), what, "", "");
    }

    private String install() {
        if (library.title().startsWith("cuDNN")) {
            return "install all of cuDNN 9 for the driver's CUDA, 12 or 13, or add the folder nvidia/cudnn/lib of the "
                    + "pip wheel nvidia-cudnn-cu12 or nvidia-cudnn-cu13 to LD_LIBRARY_PATH, " + DOWNLOAD;
        }
        return "install CUDA toolkit 12.x, or 13.x for driver R580 or newer (other versions may stay installed), or "
                + "add the folders nvidia/*/lib of its pip wheels to LD_LIBRARY_PATH, " + DOWNLOAD;
    }

    private static String join(List<Path> files) {
        return String.join(", ", files.stream().map(Path::toString).toList());
    }
}
