package dev.voxgrad.nativecheck.check.cuda;

import dev.voxgrad.nativecheck.check.Check;
import dev.voxgrad.nativecheck.library.KernelPtx;
import dev.voxgrad.nativecheck.report.Finding;
import dev.voxgrad.nativecheck.report.Impact;

/**
 * Checks NVRTC when the trainer can do without it: a build that contains PTX of its kernels needs no compiler.
 *
 * @param nvrtc the check of the library
 * @param ptx what is used if the library does not load
 */
public record CompilerCheck(LibraryCheck nvrtc, KernelPtx ptx) implements Check {
    @Override
    public Finding judge() {
        Finding finding = nvrtc.judge();
        return nvrtc.loads()
                ? finding
                : Finding.warn(
                        finding.name(),
                        finding.found() + "; the kernels' PTX in " + ptx.place() + " is used instead",
                        "",
                        "");
    }

    @Override
    public Impact impact() {
        return Impact.FIRST_KERNEL;
    }
}
