package dev.voxgrad.nativecheck;

import java.lang.management.ManagementFactory;
import java.lang.module.ModuleFinder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

import com.sun.management.OperatingSystemMXBean;

import dev.voxgrad.nativecheck.check.Rows;
import dev.voxgrad.nativecheck.check.machine.CoresCheck;
import dev.voxgrad.nativecheck.check.machine.CpuModelCheck;
import dev.voxgrad.nativecheck.check.machine.JavaVersionCheck;
import dev.voxgrad.nativecheck.check.machine.MemoryCheck;
import dev.voxgrad.nativecheck.check.machine.NativeAccessCheck;
import dev.voxgrad.nativecheck.check.machine.SimdCheck;
import dev.voxgrad.nativecheck.check.machine.VectorModuleCheck;
import dev.voxgrad.nativecheck.check.machine.VectorWidthCheck;
import dev.voxgrad.nativecheck.machine.CpuInfo;
import dev.voxgrad.nativecheck.probe.ChildProcess;
import dev.voxgrad.nativecheck.probe.VectorProbe;
import dev.voxgrad.nativecheck.report.Section;

/** Examines this machine and passes what it saw to the checks. A new check is one class and one line here. */
public final class Machine {
    /** The heading of the section about the driver and the GPUs. */
    static final String GPU_SECTION = "GPU";

    private final String system = System.getProperty("os.name");
    private final String architecture = System.getProperty("os.arch");
    private final ChildProcess child;
    private final Path root;
    private final Consumer<Throwable> errors;

    /**
     * Creates the examination of this machine.
     *
     * @param child runs the probes
     * @param root the root of the file system that is read, {@code /} except for trials
     * @param errors receives what a check throws, in addition to the row that the report has for it
     */
    public Machine(ChildProcess child, Path root, Consumer<Throwable> errors) {
        this.child = child;
        this.root = root;
        this.errors = errors;
    }

    /** Examines everything; takes about two seconds, and a few more if there is a GPU. */
    public List<Section> look() {
        List<Section> sections = new ArrayList<>(List.of(java(), cpu(), memory()));
        sections.addAll(new CudaMachine(child, root, errors, system, architecture).look());
        return sections;
    }

    private Section java() {
        return new Rows(errors)
                .look(
                        "version",
                        () -> new JavaVersionCheck(
                                Runtime.version().feature(),
                                System.getProperty("java.version"),
                                System.getProperty("java.vendor"),
                                System.getProperty("java.home")))
                .look(
                        "vector module",
                        () -> new VectorModuleCheck(ModuleFinder.ofSystem()
                                .find(VectorModuleCheck.MODULE)
                                .isPresent()))
                .look(
                        "native access",
                        () -> new NativeAccessCheck(Machine.class.getModule().isNativeAccessEnabled()))
                .section("Java");
    }

    private Section cpu() {
        Rows rows = new Rows(errors);
        Optional<CpuInfo> info = rows.need("processor", Optional.empty(), () -> Optional.of(CpuInfo.read(root)));
        int usable = Runtime.getRuntime().availableProcessors();
        info.ifPresent(cpu -> rows.look("model", () -> new CpuModelCheck(cpu.model(), architecture))
                .look("cores", () -> new CoresCheck(Math.max(cpu.cores(), usable), usable, cpu.quota()))
                .look("SIMD", () -> new SimdCheck(architecture, cpu.flags())));
        return rows.look(
                        "Vector API",
                        () -> new VectorWidthCheck(
                                child.run(VectorProbe.class, "--add-modules=" + VectorModuleCheck.MODULE)))
                .section("CPU");
    }

    private Section memory() {
        return new Rows(errors)
                .look("memory", () -> {
                    OperatingSystemMXBean bean = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
                    return new MemoryCheck(
                            bean.getTotalMemorySize(), Runtime.getRuntime().maxMemory());
                })
                .section("Memory");
    }
}
