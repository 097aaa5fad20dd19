package dev.voxgrad.nativecheck.check.cuda;

import dev.voxgrad.nativecheck.check.Check;
import dev.voxgrad.nativecheck.library.KernelPtx;
import dev.voxgrad.nativecheck.report.Finding;
import dev.voxgrad.nativecheck.report.Impact;

/**
 * NVRTC where the trainer does without: a build that holds PTX of its kernels needs no compiler.
 *
 * @param nvrtc the library
 * @param ptx what is used where it does not load
 */
public record CompilerCheck(LibraryCheck nvrtc, KernelPtx ptx) implements Check {
    @Override
    public Finding judge() {
        Finding finding = nvrtc.judge();
        return nvrtc.loads()
                ? finding
                : Finding.warn(
                        finding.name(),
                        finding.found() + "; the kernels' PTX in " + ptx.place() + " is used in its place",
                        "",
                        "");
    }

    @Override
    public Impact impact() {
        return Impact.FIRST_KERNEL;
    }
}
