package dev.voxgrad.nativecheck.check.cuda;

import java.util.Optional;

import dev.voxgrad.nativecheck.check.Check;
import dev.voxgrad.nativecheck.library.CudaVersion;
import dev.voxgrad.nativecheck.probe.ChildProcess;
import dev.voxgrad.nativecheck.report.Finding;
import dev.voxgrad.nativecheck.report.Impact;

/**
 * Whether the CUDA runtime, NVRTC or PTX fits the driver.
 *
 * @param library what it is
 * @param version its version; empty where it did not tell
 * @param driver the newest CUDA that the driver can run; empty where there is no driver
 * @param probe the child's outcome, which has the reason for an empty version
 */
public record CudaVersionCheck(
        Library library, Optional<CudaVersion> version, Optional<CudaVersion> driver, ChildProcess.Outcome probe)
        implements Check {
    /** What has a version of CUDA. */
    public enum Library {
        /** The CUDA runtime. */
        RUNTIME("CUDA runtime"),
        /** The compiler. */
        NVRTC("NVRTC"),
        /** PTX that the compiler of a toolkit made of the kernels. */
        PTX("kernels' PTX");

        private final String title;

        Library(String title) {
            this.title = title;
        }

        /** Its name in the report. */
        String title() {
            return title;
        }
    }

    /**
     * What mends a driver that is too old.
     *
     * @param otherMajor whether that is a matter of CUDA's major version
     */
    static String newerDriver(boolean otherMajor) {
        return "install a newer NVIDIA driver" + (otherMajor ? " (R580 or newer for CUDA 13)" : "");
    }

    @Override
    public Finding judge() {
        String name = library.title;
        if (version.isEmpty()) {
            return Finding.fail(
                    name, "no version: " + probe.reason(), "a library that tells its version", "install it again");
        }
        if (driver.isPresent() && version.get().newerThan(driver.get()) && !runsAllTheSame(driver.get())) {
            return newerThanDriver(version.get(), driver.get());
        }
        return Finding.pass(
                name,
                version.get()
                        + driver.map(cuda -> ", the driver runs up to " + cuda
                                        + (version.get().newerThan(cuda)
                                                ? ", and " + version.get() + "'s machine code, too"
                                                : ""))
                                .orElse(""));
    }

    @Override
    public Impact impact() {
        return library == Library.RUNTIME ? Impact.GPU_SOFTWARE : Impact.FIRST_KERNEL;
    }

    /** NVRTC makes machine code, and that of any CUDA 13 runs on any driver for CUDA 13. */
    private boolean runsAllTheSame(CudaVersion cuda) {
        return library == Library.NVRTC && version.get().major() == cuda.major();
    }

    private Finding newerThanDriver(CudaVersion newer, CudaVersion cuda) {
        boolean otherMajor = newer.major() > cuda.major();
        String wanted = "a driver at least as new";
        String mend = newerDriver(otherMajor)
                + (library == Library.RUNTIME
                        ? ""
                        : ", or have NVRTC of CUDA " + cuda
                                + (library == Library.NVRTC ? " or older in place of this one" : " or older"));
        String found = (library == Library.NVRTC ? "" : "the ") + library.title + " is " + newer
                + ", but the driver is for CUDA " + cuda;
        return library == Library.RUNTIME || otherMajor
                ? Finding.fail(library.title, found, wanted, mend)
                : Finding.warn(library.title, found + ", which may refuse it", wanted, mend);
    }
}
