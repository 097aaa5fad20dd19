package dev.voxgrad.nativecheck;

import java.util.Optional;

/**
 * Whether cuBLAS is of the major version that JCublas was built for.
 *
 * @param version major.minor.patch; empty where it did not tell
 * @param probe the child's outcome, which has the reason for an empty version
 */
public record CublasVersionCheck(Optional<String> version, ChildProcess.Outcome probe) implements Check {
    private static final String NAME = "cuBLAS";
    private static final String INSTALL = "install cuBLAS 12 again";

    @Override
    public Finding judge() {
        if (version.isEmpty()) {
            return Finding.fail(NAME, "no version: " + Probe.reason(probe), "a library that tells its version",
                    INSTALL);
        }
        return version.get().startsWith("12.") ? Finding.pass(NAME, version.get())
                : Finding.fail(NAME, "cuBLAS calls itself " + version.get(), "cuBLAS 12", INSTALL);
    }
}
