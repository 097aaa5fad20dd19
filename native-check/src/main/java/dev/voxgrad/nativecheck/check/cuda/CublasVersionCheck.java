package dev.voxgrad.nativecheck.check.cuda;

import java.util.Optional;

import dev.voxgrad.nativecheck.check.Check;
import dev.voxgrad.nativecheck.library.CudaVersion;
import dev.voxgrad.nativecheck.probe.ChildProcess;
import dev.voxgrad.nativecheck.report.Finding;
import dev.voxgrad.nativecheck.report.Impact;

/**
 * Whether cuBLAS is of CUDA 12 or 13, and of no newer one than the driver.
 *
 * @param version major.minor.patch; empty where it did not tell
 * @param driver the newest CUDA that the driver can run; empty where there is no driver
 * @param probe the child's outcome, which has the reason for an empty version
 */
public record CublasVersionCheck(Optional<String> version, Optional<CudaVersion> driver, ChildProcess.Outcome probe)
        implements Check {
    private static final String NAME = "cuBLAS";
    private static final String WANTED = "cuBLAS of CUDA 12 or 13";
    private static final String INSTALL = "install cuBLAS of CUDA 12 or 13 again";

    @Override
    public Finding judge() {
        if (version.isEmpty()) {
            return Finding.fail(NAME, "no version: " + probe.reason(), "a library that tells its version", INSTALL);
        }
        String number = version.get();
        if (!number.matches("1[23](\\..*)?")) {
            return Finding.fail(NAME, "cuBLAS calls itself " + number, WANTED, INSTALL);
        }
        if (driver.isPresent()
                && Integer.parseInt(number.substring(0, 2)) > driver.get().major()) {
            return Finding.fail(
                    NAME,
                    "cuBLAS is " + number + ", but the driver is for CUDA " + driver.get(),
                    "cuBLAS of CUDA " + driver.get().major(),
                    CudaVersionCheck.newerDriver(true) + ", or have cuBLAS " + "of CUDA "
                            + driver.get().major() + " in place of this one");
        }
        return Finding.pass(NAME, number);
    }

    @Override
    public Impact impact() {
        return Impact.GPU_SOFTWARE;
    }
}
