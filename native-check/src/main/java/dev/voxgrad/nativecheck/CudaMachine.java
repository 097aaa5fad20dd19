package dev.voxgrad.nativecheck;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import dev.voxgrad.nativecheck.check.Check;
import dev.voxgrad.nativecheck.check.Fact;
import dev.voxgrad.nativecheck.check.Rows;
import dev.voxgrad.nativecheck.check.SkippedCheck;
import dev.voxgrad.nativecheck.check.cuda.CublasVersionCheck;
import dev.voxgrad.nativecheck.check.cuda.CudaVersionCheck;
import dev.voxgrad.nativecheck.check.cuda.CudnnVersionCheck;
import dev.voxgrad.nativecheck.check.cuda.DriverCheck;
import dev.voxgrad.nativecheck.check.cuda.GpuCheck;
import dev.voxgrad.nativecheck.check.cuda.JarCheck;
import dev.voxgrad.nativecheck.check.machine.NativeAccessCheck;
import dev.voxgrad.nativecheck.library.CublasBinding;
import dev.voxgrad.nativecheck.library.CudaVersion;
import dev.voxgrad.nativecheck.library.JCudaJar;
import dev.voxgrad.nativecheck.library.KernelPtx;
import dev.voxgrad.nativecheck.library.LibraryPath;
import dev.voxgrad.nativecheck.library.NativeLibrary;
import dev.voxgrad.nativecheck.probe.ChildProcess;
import dev.voxgrad.nativecheck.probe.DriverProbe;
import dev.voxgrad.nativecheck.probe.ForeignLibrary;
import dev.voxgrad.nativecheck.probe.VersionProbe;
import dev.voxgrad.nativecheck.report.Impact;
import dev.voxgrad.nativecheck.report.Section;
import dev.voxgrad.nativecheck.report.Status;

/** Examines everything that the GPU needs and passes what it saw to the checks. */
final class CudaMachine {
    static final String TEMP_FOLDER = "Temp folder";
    static final String JARS = "Jars";
    static final String LIBRARIES = "Libraries";
    static final String VERSIONS = "Versions";
    static final String SMOKE_TESTS = "Smoke tests";

    private final ChildProcess child;
    private final Path root;
    private final Consumer<Throwable> errors;
    private final String system;
    private final String architecture;

    CudaMachine(ChildProcess child, Path root, Consumer<Throwable> errors, String system, String architecture) {
        this.child = child;
        this.root = root;
        this.errors = errors;
        this.system = system;
        this.architecture = architecture;
    }

    /** Examines everything; returns the same sections on every platform. */
    List<Section> look() {
        return DriverCheck.supported(system, architecture) ? lookAll() : skipAll();
    }

    private List<Section> skipAll() {
        Check skipped = new SkippedCheck("all", "GPUs are used on Linux x86-64 only");
        Check driver = new DriverCheck(system, architecture, new ChildProcess.Outcome(0, false, Map.of(), ""));
        return Stream.of(TEMP_FOLDER, JARS, Machine.GPU_SECTION, LIBRARIES, VERSIONS, SMOKE_TESTS)
                .map(title -> rows().look("all", () -> title.equals(Machine.GPU_SECTION) ? driver : skipped)
                        .section(title))
                .toList();
    }

    private List<Section> lookAll() {
        Rows jarRows = rows();
        List<JCudaJar> jars = jarRows.need("jars", List.of(), CudaMachine::findJars);
        Rows libraryRows = rows();
        LibraryPath path = libraryRows.need("folders", LibraryPath.NOWHERE, () -> LibraryPath.ofThisProcess(root));
        Optional<KernelPtx> ptx = libraryRows.need(
                "kernels' PTX", Optional.empty(), () -> KernelPtx.find(CudaMachine.class.getClassLoader()));
        Rows gpuRows = rows();
        ChildProcess.Outcome driver =
                gpuRows.need("CUDA driver", ChildProcess.Outcome.notStarted("see above"), () -> probeDriver(path));
        DriverCheck check = new DriverCheck(system, architecture, driver);
        Section gpus = gpus(gpuRows, check);
        boolean gpu = gpus.findings().stream()
                .anyMatch(finding -> finding.impact() == Impact.GPU && finding.status() == Status.PASS);
        Optional<CudaVersion> cuda = driver.cudaVersion(DriverProbe.VERSION);
        Optional<String> binding = Optional.ofNullable(System.getProperty(CublasBinding.PROPERTY));
        Libraries libraries = libraryRows.need(
                "libraries",
                new Libraries(LibraryPath.NOWHERE, false, cuda, ptx, binding),
                () -> new Libraries(path, gpu, cuda, ptx, binding));
        Usable usable = new Usable(gpu, libraries);
        return List.of(
                new TempFolder(root, jars).look(rows()),
                jars(jarRows, jars),
                gpus,
                libraryRows.lookAll("libraries", libraries::checks).section(LIBRARIES),
                versions(cuda, usable, ptx),
                new SmokeTests(child, usable, cuda).look(rows()));
    }

    private Rows rows() {
        return new Rows(errors);
    }

    private static List<JCudaJar> findJars() {
        return JarCheck.TESTED.keySet().stream()
                .flatMap(artifact -> JCudaJar.find(CudaMachine.class.getClassLoader(), artifact).stream())
                .toList();
    }

    /** Runs the driver's probe. Even if no process can be started, a missing driver can be recognized. */
    private ChildProcess.Outcome probeDriver(LibraryPath path) {
        ChildProcess.Outcome outcome = child.run(DriverProbe.class, NativeAccessCheck.FLAG);
        String library = NativeLibrary.DRIVER.files().getFirst();
        return outcome.started() || !path.find(library, List.of()).isEmpty()
                ? outcome
                : new ChildProcess.Outcome(0, false, Map.of(DriverProbe.MISSING_LIBRARY, library), "");
    }

    private static Section jars(Rows rows, List<JCudaJar> jars) {
        JarCheck.TESTED
                .keySet()
                .forEach(artifact -> rows.look(
                        artifact,
                        () -> new JarCheck(
                                artifact,
                                jars.stream()
                                        .filter(jar -> jar.artifact().equals(artifact))
                                        .toList())));
        return rows.section(JARS);
    }

    private static Section gpus(Rows rows, DriverCheck driver) {
        rows.look("CUDA driver", () -> driver);
        IntStream.range(0, DriverCheck.gpus(driver.probe()))
                .forEach(gpu -> rows.look(GpuCheck.name(gpu), () -> new GpuCheck(gpu, driver.probe())));
        return rows.section(Machine.GPU_SECTION);
    }

    private Section versions(Optional<CudaVersion> cuda, Usable usable, Optional<KernelPtx> ptx) {
        return rows().lookAll(
                        "versions",
                        () -> usable.versionsToQuery().isEmpty()
                                ? List.of(new SkippedCheck("versions", "no driver and no library to query"))
                                : queryVersions(cuda, usable, ptx))
                .section(VERSIONS);
    }

    private List<Check> queryVersions(Optional<CudaVersion> cuda, Usable usable, Optional<KernelPtx> ptx) {
        List<String> queried = usable.versionsToQuery();
        ChildProcess.Outcome probe = child.run(
                VersionProbe.class,
                NativeAccessCheck.FLAG,
                ForeignLibrary.option(cuda),
                usable.cublasOption(),
                "-D" + VersionProbe.PROPERTY + "=" + String.join(",", queried));
        List<Check> checks = new ArrayList<>();
        cuda.ifPresent(version -> checks.add(new Fact("driver", "runs programs up to CUDA " + version)));
        checks.add(new CudaVersionCheck(
                CudaVersionCheck.Library.RUNTIME, probe.cudaVersion(VersionProbe.RUNTIME), cuda, probe));
        if (queried.contains(VersionProbe.CUBLAS)) {
            checks.add(new CublasVersionCheck(probe.answer(VersionProbe.CUBLAS), cuda, probe));
        }
        if (queried.contains(VersionProbe.NVRTC)) {
            checks.add(new CudaVersionCheck(
                    CudaVersionCheck.Library.NVRTC, probe.cudaVersion(VersionProbe.NVRTC), cuda, probe));
        } else {
            ptx.flatMap(KernelPtx::cuda)
                    .ifPresent(version -> checks.add(
                            new CudaVersionCheck(CudaVersionCheck.Library.PTX, Optional.of(version), cuda, probe)));
        }
        if (queried.contains(VersionProbe.CUDNN)) {
            checks.add(new CudnnVersionCheck(probe, cuda));
        }
        return checks;
    }
}
