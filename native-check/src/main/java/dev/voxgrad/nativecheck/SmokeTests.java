package dev.voxgrad.nativecheck;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

import dev.voxgrad.nativecheck.check.Check;
import dev.voxgrad.nativecheck.check.Rows;
import dev.voxgrad.nativecheck.check.SkippedCheck;
import dev.voxgrad.nativecheck.check.cuda.SmokeCheck;
import dev.voxgrad.nativecheck.check.machine.NativeAccessCheck;
import dev.voxgrad.nativecheck.library.CudaVersion;
import dev.voxgrad.nativecheck.probe.ChildProcess;
import dev.voxgrad.nativecheck.probe.Conv3dProbe;
import dev.voxgrad.nativecheck.probe.CopyProbe;
import dev.voxgrad.nativecheck.probe.ForeignLibrary;
import dev.voxgrad.nativecheck.probe.NvrtcProbe;
import dev.voxgrad.nativecheck.probe.SgemmProbe;
import dev.voxgrad.nativecheck.probe.SmokeTest;
import dev.voxgrad.nativecheck.report.Section;

/** Tests what the trainer would do on the GPU, each probe in its own process. */
final class SmokeTests {
    private static final Map<SmokeTest, Class<?>> PROBES = new EnumMap<>(Map.of(
            SmokeTest.COPY, CopyProbe.class,
            SmokeTest.SGEMM, SgemmProbe.class,
            SmokeTest.CONV3D_FORWARD, Conv3dProbe.class,
            SmokeTest.CONV3D_DATA, Conv3dProbe.class,
            SmokeTest.CONV3D_FILTER, Conv3dProbe.class,
            SmokeTest.NVRTC, NvrtcProbe.class));

    private final ChildProcess child;
    private final Usable usable;
    private final Optional<CudaVersion> driver;
    private final Map<Class<?>, ChildProcess.Outcome> outcomes = new HashMap<>();

    SmokeTests(ChildProcess child, Usable usable, Optional<CudaVersion> driver) {
        this.child = child;
        this.usable = usable;
        this.driver = driver;
    }

    /** Runs the tests that can be run. */
    Section look(Rows rows) {
        for (SmokeTest test : SmokeTest.values()) {
            rows.look(test.title(), () -> run(test));
        }
        return rows.section(CudaMachine.SMOKE_TESTS);
    }

    private Check run(SmokeTest test) {
        Optional<String> obstacle = usable.obstacle(test);
        if (obstacle.isPresent()) {
            return new SkippedCheck(test.title(), obstacle.get());
        }
        return new SmokeCheck(
                test,
                outcomes.computeIfAbsent(
                        PROBES.get(test),
                        probe -> child.run(
                                probe,
                                NativeAccessCheck.FLAG,
                                ForeignLibrary.option(driver),
                                usable.cublasOption(),
                                "-D" + NvrtcProbe.DRIVER + "=" + usable.gpu())));
    }
}
