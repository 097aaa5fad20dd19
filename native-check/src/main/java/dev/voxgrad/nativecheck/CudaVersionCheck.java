package dev.voxgrad.nativecheck;

import java.util.Optional;

/**
 * Whether the CUDA runtime or NVRTC fits the driver.
 *
 * @param library what it is
 * @param version its version; empty where it did not tell
 * @param driver the newest CUDA that the driver can run; empty where there is no driver
 * @param probe the child's outcome, which has the reason for an empty version
 */
public record CudaVersionCheck(Library library, Optional<CudaVersion> version, Optional<CudaVersion> driver,
        ChildProcess.Outcome probe) implements Check {
    /** Libraries whose version is a version of CUDA. */
    public enum Library {
        /** The CUDA runtime. */
        RUNTIME("CUDA runtime"),
        /** The compiler. */
        NVRTC("NVRTC");

        private final String title;

        Library(String title) {
            this.title = title;
        }
    }

    @Override
    public Finding judge() {
        String name = library.title;
        if (version.isEmpty()) {
            return Finding.fail(name, "no version: " + Probe.reason(probe),
                    "a library that tells its version", "install it again");
        }
        if (driver.isPresent() && version.get().newerThan(driver.get())) {
            return newerThanDriver(name, version.get() + ", but the driver is for CUDA " + driver.get());
        }
        return Finding.pass(name, version.get() + driver.map(cuda -> ", the driver runs up to " + cuda).orElse(""));
    }

    private Finding newerThanDriver(String name, String found) {
        boolean otherMajor = version.orElseThrow().major() > driver.orElseThrow().major();
        String mend = "install a newer NVIDIA driver";
        if (library == Library.RUNTIME || otherMajor) {
            return Finding.fail(name, "the " + name + " is " + found, "a driver at least as new", mend);
        }
        return Finding.warn(name, "NVRTC is " + found + ", which may refuse NVRTC's PTX", "a driver at least as new",
                mend + ", or put an older NVRTC 12 first");
    }
}
