package dev.voxgrad.nativecheck.check.cuda;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

import dev.voxgrad.nativecheck.check.Check;
import dev.voxgrad.nativecheck.probe.ChildProcess;
import dev.voxgrad.nativecheck.probe.NvrtcProbe;
import dev.voxgrad.nativecheck.probe.SmokeTest;
import dev.voxgrad.nativecheck.report.Finding;
import dev.voxgrad.nativecheck.report.Impact;

/**
 * Judges the result of a smoke test.
 *
 * @param test the test
 * @param probe the child's outcome
 */
public record SmokeCheck(SmokeTest test, ChildProcess.Outcome probe) implements Check {
    private static final String WANTED = "the same results as on the CPU";
    private static final String LOOK_ABOVE = "fix what is reported above about libraries and versions; if that is "
            + "nothing, reinstall the driver, the CUDA toolkit and cuDNN";

    @Override
    public Finding judge() {
        OptionalDouble error = probe.number(test.errorKey());
        if (error.isPresent()) {
            return judgeError(error.getAsDouble());
        }
        if (probe.errors().contains("Cannot load symbol")) {
            return Finding.fail(
                    test.title(),
                    probe.failure() + ": a part of the library is missing or does not match",
                    "all sub-libraries of one release",
                    "reinstall all of cuDNN 9 and cuBLAS, and look for other copies in LD_LIBRARY_PATH");
        }
        return Finding.fail(test.title(), probe.reason(), WANTED, LOOK_ABOVE);
    }

    @Override
    public Impact impact() {
        return Impact.TRIAL;
    }

    private Finding judgeError(double error) {
        OptionalDouble milliseconds = probe.number(test.millisecondsKey());
        String time =
                milliseconds.isEmpty() ? "no time" : String.format(Locale.ROOT, "%.3f ms", milliseconds.getAsDouble());
        if (test == SmokeTest.NVRTC) {
            Optional<String> loaded = probe.answer(NvrtcProbe.LOADED);
            return Finding.pass(
                    test.title(),
                    "a kernel compiled to " + loaded.orElse("PTX") + " in " + time
                            + (loaded.isPresent() ? " and loaded by the driver" : ""));
        }
        String found = String.format(Locale.ROOT, "largest error %.1e relative to the largest result, %s", error, time);
        // The comparison is false for NaN, so a NaN error fails as well.
        return error <= test.tolerance()
                ? Finding.pass(test.title(), found)
                : Finding.fail(
                        test.title(),
                        "wrong results: " + found,
                        String.format(Locale.ROOT, "an error of up to %.1e", test.tolerance()),
                        LOOK_ABOVE);
    }
}
