package dev.voxgrad.nativecheck.check.cuda;

import java.util.Optional;

import dev.voxgrad.nativecheck.check.Check;
import dev.voxgrad.nativecheck.library.CudaVersion;
import dev.voxgrad.nativecheck.probe.ChildProcess;
import dev.voxgrad.nativecheck.report.Finding;
import dev.voxgrad.nativecheck.report.Impact;

/**
 * Checks that the CUDA runtime, NVRTC or PTX is compatible with the driver.
 *
 * @param library what is checked
 * @param version its version; empty if it did not report one
 * @param driver the newest CUDA that the driver can run; empty if there is no driver
 * @param probe the child's outcome, which contains the reason if the version is empty
 */
public record CudaVersionCheck(
        Library library, Optional<CudaVersion> version, Optional<CudaVersion> driver, ChildProcess.Outcome probe)
        implements Check {
    /** Names what has a version of CUDA. */
    public enum Library {
        /** The CUDA runtime. */
        RUNTIME("CUDA runtime"),
        /** The compiler. */
        NVRTC("NVRTC"),
        /** PTX of the kernels, made by a toolkit's compiler. */
        PTX("kernels' PTX");

        private final String title;

        Library(String title) {
            this.title = title;
        }

        /** Returns its name in the report. */
        String title() {
            return title;
        }
    }

    /**
     * Returns what to do about a driver that is too old.
     *
     * @param otherMajor whether the driver lacks CUDA's major version
     */
    static String newerDriver(boolean otherMajor) {
        return "install a newer NVIDIA driver" + (otherMajor ? " (R580 or newer for CUDA 13)" : "");
    }

    @Override
    public Finding judge() {
        String name = library.title;
        if (version.isEmpty()) {
            return Finding.fail(
                    name, "no version: " + probe.reason(), "a library that reports its version", "reinstall it");
        }
        if (driver.isPresent() && version.get().newerThan(driver.get()) && !runsAnyway(driver.get())) {
            return newerThanDriver(version.get(), driver.get());
        }
        return Finding.pass(
                name,
                version.get()
                        + driver.map(cuda -> ", the driver runs up to " + cuda
                                        + (version.get().newerThan(cuda)
                                                ? " and also machine code of " + version.get()
                                                : ""))
                                .orElse(""));
    }

    @Override
    public Impact impact() {
        return library == Library.RUNTIME ? Impact.GPU_SOFTWARE : Impact.FIRST_KERNEL;
    }

    /** Returns whether a newer NVRTC is fine: its machine code, say of CUDA 13.1, runs on any driver for CUDA 13. */
    private boolean runsAnyway(CudaVersion cuda) {
        return library == Library.NVRTC && version.get().major() == cuda.major();
    }

    private Finding newerThanDriver(CudaVersion newer, CudaVersion cuda) {
        boolean otherMajor = newer.major() > cuda.major();
        String wanted = "a driver that is at least as new";
        String fix = newerDriver(otherMajor)
                + (library == Library.RUNTIME
                        ? ""
                        : ", or use NVRTC of CUDA " + cuda
                                + (library == Library.NVRTC ? " or older instead" : " or older"));
        String found = (library == Library.NVRTC ? "" : "the ") + library.title + " is " + newer
                + ", but the driver is for CUDA " + cuda;
        return library == Library.RUNTIME || otherMajor
                ? Finding.fail(library.title, found, wanted, fix)
                : Finding.warn(library.title, found + ", which may reject it", wanted, fix);
    }
}
