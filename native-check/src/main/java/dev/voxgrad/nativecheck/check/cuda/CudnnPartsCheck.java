package dev.voxgrad.nativecheck.check.cuda;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

import dev.voxgrad.nativecheck.check.Check;
import dev.voxgrad.nativecheck.library.NativeLibrary;
import dev.voxgrad.nativecheck.report.Finding;
import dev.voxgrad.nativecheck.report.Impact;

/**
 * Whether those of cuDNN's sub-libraries that load come with cuDNN itself.
 *
 * @param cudnn cuDNN's file
 * @param parts the files of the sub-libraries that load
 */
public record CudnnPartsCheck(Path cudnn, List<Path> parts) implements Check {
    private static final String NAME = "cuDNN's parts";

    @Override
    public Finding judge() {
        Path folder = cudnn.getParent();
        Optional<Path> stray =
                parts.stream().filter(part -> !folder.equals(part.getParent())).findFirst();
        if (stray.isPresent()) {
            return Finding.warn(
                    NAME,
                    stray.get() + " does not come from the folder of " + cudnn,
                    "one release of cuDNN",
                    "take one of the folders out of LD_LIBRARY_PATH, or remove one cuDNN");
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
