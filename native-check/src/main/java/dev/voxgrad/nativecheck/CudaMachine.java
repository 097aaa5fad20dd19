package dev.voxgrad.nativecheck;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Looks at what the GPU needs, and hands what it saw to the checks. */
final class CudaMachine {
    static final String TEMP_FOLDER = "Temp folder";
    static final String JARS = "Jars";
    static final String LIBRARIES = "Libraries";
    static final String VERSIONS = "Versions";
    static final String SMOKE_TESTS = "Smoke tests";

    private final ChildProcess child;
    private final String system;
    private final String architecture;

    CudaMachine(ChildProcess child, String system, String architecture) {
        this.child = child;
        this.system = system;
        this.architecture = architecture;
    }

    /** Everything; the same sections on every platform. */
    List<Section> look() {
        return DriverCheck.supported(system, architecture) ? lookAtAll() : skipAll();
    }

    private List<Section> skipAll() {
        Check skipped = new SkippedCheck("all", "GPUs are used on Linux x86-64 only");
        Check driver = new DriverCheck(system, architecture, new ChildProcess.Outcome(0, false, Map.of(), ""));
        return Stream.of(TEMP_FOLDER, JARS, Machine.GPU_SECTION, LIBRARIES, VERSIONS, SMOKE_TESTS)
                .map(title -> Section.of(title, title.equals(Machine.GPU_SECTION) ? driver : skipped)).toList();
    }

    private List<Section> lookAtAll() {
        List<JCudaJar> jars = JarCheck.TESTED.keySet().stream()
                .flatMap(artifact -> JCudaJar.find(CudaMachine.class.getClassLoader(), artifact).stream()).toList();
        ChildProcess.Outcome driver = child.run(DriverProbe.class, NativeAccessCheck.FLAG);
        DriverCheck check = new DriverCheck(system, architecture, driver);
        boolean gpu = check.judge().status() == Status.PASS;
        Optional<KernelPtx> ptx = KernelPtx.find(CudaMachine.class.getClassLoader());
        Optional<CudaVersion> cuda = CudaVersion.of(driver, DriverProbe.VERSION);
        Libraries libraries = new Libraries(LibraryPath.ofThisProcess(), gpu, cuda, ptx);
        Usable usable = new Usable(gpu, libraries);
        return List.of(tempFolder(jars), jars(jars), gpu(check),
                Section.of(LIBRARIES, libraries.checks().toArray(Check[]::new)), versions(cuda, usable, ptx),
                new SmokeTests(child, usable, cuda).section());
    }

    private static Section tempFolder(List<JCudaJar> jars) {
        Path folder = Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath();
        TempFolderCheck writable = TempFolderCheck.look(folder);
        if (!Files.isDirectory(folder)) {
            return Section.of(TEMP_FOLDER, writable);
        }
        return Section.of(TEMP_FOLDER, writable,
                new TempExecutableCheck(folder, Mount.of(Path.of("/proc/self/mounts"), real(folder))),
                StaleNativesCheck.look(folder, jars));
    }

    private static Path real(Path folder) {
        try {
            return folder.toRealPath();
        } catch (IOException e) {
            throw new UncheckedIOException("native-check: cannot follow " + folder, e);
        }
    }

    private static Section jars(List<JCudaJar> jars) {
        return Section.of(JARS, JarCheck.TESTED.keySet().stream()
                .map(artifact -> new JarCheck(artifact,
                        jars.stream().filter(jar -> jar.artifact().equals(artifact)).toList()))
                .toArray(Check[]::new));
    }

    private static Section gpu(DriverCheck driver) {
        int gpus = driver.probe().answer(DriverProbe.GPUS).map(Integer::parseInt).orElse(0);
        return Section.of(Machine.GPU_SECTION, Stream.concat(Stream.of(driver),
                IntStream.range(0, gpus).mapToObj(gpu -> new GpuCheck(gpu, driver.probe()))).toArray(Check[]::new));
    }

    private Section versions(Optional<CudaVersion> cuda, Usable usable, Optional<KernelPtx> ptx) {
        List<String> asked = usable.versionsToAsk();
        if (asked.isEmpty()) {
            return Section.of(VERSIONS, new SkippedCheck("versions", "there is no driver and no library to ask"));
        }
        ChildProcess.Outcome probe = child.run(VersionProbe.class, NativeAccessCheck.FLAG,
                ForeignLibrary.option(cuda), "-D" + VersionProbe.PROPERTY + "=" + String.join(",", asked));
        List<Check> checks = new ArrayList<>();
        cuda.ifPresent(version -> checks.add(() -> Finding.pass("driver", "runs programs up to CUDA " + version)));
        checks.add(new CudaVersionCheck(CudaVersionCheck.Library.RUNTIME,
                CudaVersion.of(probe, VersionProbe.RUNTIME), cuda, probe));
        if (asked.contains(VersionProbe.CUBLAS)) {
            checks.add(new CublasVersionCheck(probe.answer(VersionProbe.CUBLAS), cuda, probe));
        }
        if (asked.contains(VersionProbe.NVRTC)) {
            checks.add(new CudaVersionCheck(CudaVersionCheck.Library.NVRTC,
                    CudaVersion.of(probe, VersionProbe.NVRTC), cuda, probe));
        } else {
            ptx.flatMap(KernelPtx::cuda).ifPresent(version -> checks.add(new CudaVersionCheck(
                    CudaVersionCheck.Library.PTX, Optional.of(version), cuda, probe)));
        }
        if (asked.contains(VersionProbe.CUDNN)) {
            checks.add(new CudnnVersionCheck(probe, cuda));
        }
        return Section.of(VERSIONS, checks.toArray(Check[]::new));
    }
}
