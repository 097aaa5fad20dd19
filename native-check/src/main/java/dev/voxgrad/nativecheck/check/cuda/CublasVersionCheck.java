package dev.voxgrad.nativecheck.check.cuda;

import java.util.Optional;

import dev.voxgrad.nativecheck.check.Check;
import dev.voxgrad.nativecheck.library.CudaVersion;
import dev.voxgrad.nativecheck.probe.ChildProcess;
import dev.voxgrad.nativecheck.report.Finding;
import dev.voxgrad.nativecheck.report.Impact;

/**
 * Checks that cuBLAS belongs to CUDA 12 or 13 and is not newer than the driver.
 *
 * @param version major.minor.patch; empty if cuBLAS did not report it
 * @param driver the newest CUDA that the driver can run; empty if there is no driver
 * @param probe the child's outcome, which contains the reason if the version is empty
 */
public record CublasVersionCheck(Optional<String> version, Optional<CudaVersion> driver, ChildProcess.Outcome probe)
        implements Check {
    private static final String NAME = "cuBLAS";
    private static final String WANTED = "cuBLAS of CUDA 12 or 13";
    private static final String INSTALL = "reinstall cuBLAS of CUDA 12 or 13";

    @Override
    public Finding judge() {
        if (version.isEmpty()) {
            return Finding.fail(NAME, "no version: " + probe.reason(), "a library that reports its version", INSTALL);
        }
        String number = version.get();
        if (!number.matches("1[23](\\..*)?")) {
            return Finding.fail(NAME, "cuBLAS reports version " + number, WANTED, INSTALL);
        }
        if (driver.isPresent()
                && Integer.parseInt(number.substring(0, 2)) > driver.get().major()) {
            return Finding.fail(
                    NAME,
                    "cuBLAS is " + number + ", but the driver is for CUDA " + driver.get(),
                    "cuBLAS of CUDA " + driver.get().major(),
                    CudaVersionCheck.newerDriver(true) + ", or use cuBLAS of CUDA "
                            + driver.get().major() + " instead");
        }
        return Finding.pass(NAME, number);
    }

    @Override
    public Impact impact() {
        return Impact.GPU_SOFTWARE;
    }
}
