package dev.voxgrad.nativecheck.check.cuda;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.nativecheck.check.Check;
import dev.voxgrad.nativecheck.library.NativeLibrary;
import dev.voxgrad.nativecheck.report.Finding;
import dev.voxgrad.nativecheck.report.Impact;

/**
 * Checks that all loadable sub-libraries of cuDNN come from the same folder as cuDNN itself.
 *
 * @param cudnn cuDNN's file
 * @param parts the files of the sub-libraries that load
 */
public record CudnnPartsCheck(Path cudnn, List<Path> parts) implements Check {
    private static final String NAME = "cuDNN's parts";

    @Override
    public Finding judge() {
        @Nullable Path folder = cudnn.getParent();
        Optional<Path> stray = parts.stream()
                .filter(part -> !Objects.equals(folder, part.getParent()))
                .findFirst();
        if (stray.isPresent()) {
            return Finding.warn(
                    NAME,
                    stray.get() + " does not come from the folder of " + cudnn,
                    "one release of cuDNN",
                    "remove one of the folders from LD_LIBRARY_PATH, or uninstall one cuDNN");
        }
        int all = NativeLibrary.cudnnParts().size();
        return parts.size() == all
                ? Finding.pass(NAME, "all " + all + " sub-libraries in " + folder)
                : Finding.pass(NAME, "the other " + parts.size() + " of " + all + " sub-libraries in " + folder);
    }

    @Override
    public Impact impact() {
        return Impact.GPU_SOFTWARE;
    }
}
