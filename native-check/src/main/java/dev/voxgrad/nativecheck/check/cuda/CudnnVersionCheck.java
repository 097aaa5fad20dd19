package dev.voxgrad.nativecheck.check.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

import dev.voxgrad.nativecheck.check.Check;
import dev.voxgrad.nativecheck.library.CudaVersion;
import dev.voxgrad.nativecheck.probe.ChildProcess;
import dev.voxgrad.nativecheck.probe.VersionProbe;
import dev.voxgrad.nativecheck.report.Finding;
import dev.voxgrad.nativecheck.report.Impact;

/**
 * Checks that this release of cuDNN has correct 3D convolutions and is compatible with the driver.
 *
 * @param probe the outcome of {@link VersionProbe}
 * @param driver the newest CUDA that the driver can run; empty if there is no driver
 */
public record CudnnVersionCheck(ChildProcess.Outcome probe, Optional<CudaVersion> driver) implements Check {
    private static final String NAME = "cuDNN";
    private static final String OTHER_RELEASE = "install cuDNN 9.5 to 9.7, or the newest";

    @Override
    public Finding judge() {
        OptionalInt version = probe.wholeNumber(VersionProbe.CUDNN);
        return version.isPresent()
                ? judge(version.getAsInt())
                : Finding.fail(
                        NAME,
                        "no version: " + probe.reason(),
                        "a library that reports its version",
                        "reinstall all of cuDNN 9");
    }

    @Override
    public Impact impact() {
        return Impact.GPU_SOFTWARE;
    }

    private Finding judge(int number) {
        Optional<CudaVersion> cuda = probe.cudaVersion(VersionProbe.CUDNN_CUDA);
        String found = number / 10_000 + "." + number / 100 % 100 + "." + number % 100
                + cuda.map(version -> " for CUDA " + version).orElse("");
        if (number / 10_000 != 9) {
            return Finding.fail(NAME, "cuDNN is " + found, "cuDNN 9", "install cuDNN 9");
        }
        if (cuda.isPresent()
                && driver.isPresent()
                && cuda.get().major() > driver.get().major()) {
            return Finding.fail(
                    NAME,
                    "cuDNN is " + found + ", but the driver is for CUDA " + driver.get(),
                    "cuDNN 9 for CUDA " + driver.get().major(),
                    CudaVersionCheck.newerDriver(true) + ", or install that version of cuDNN");
        }
        List<String> wrong = wrongPrecisions(number);
        return wrong.isEmpty()
                ? Finding.pass(NAME, found)
                : Finding.warn(
                        NAME,
                        found + ": its 3D convolutions are known to be wrong in " + String.join(" and ", wrong)
                                + ", so the trainer refuses --precision "
                                + String.join(" and --precision ", wrong),
                        "a release without these bugs",
                        OTHER_RELEASE);
    }

    /** Returns the affected precisions, as in the trainer; from PyTorch's issues 163539, 166480 and 167024. */
    private static List<String> wrongPrecisions(int number) {
        List<String> wrong = new ArrayList<>();
        if (between(number, 90_800, 91_500)) {
            wrong.add("bf16");
        }
        if (between(number, 91_002, 91_600)) {
            wrong.add("tf32");
        }
        return wrong;
    }

    private static boolean between(int number, int from, int below) {
        return number >= from && number < below;
    }
}
