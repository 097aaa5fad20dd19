package dev.voxgrad.nativecheck;

import java.lang.management.ManagementFactory;
import java.lang.module.ModuleFinder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import com.sun.management.OperatingSystemMXBean;

/** Looks at this machine and hands what it saw to the checks. A new check is one class and one line here. */
public final class Machine {
    /** The section that decides about the GPU. */
    public static final String GPU_SECTION = "GPU";
    /** The sections that only the GPU needs; training on the CPU does without. */
    public static final Set<String> CUDA_SECTIONS = Set.of(GPU_SECTION, CudaMachine.TEMP_FOLDER, CudaMachine.JARS,
            CudaMachine.LIBRARIES, CudaMachine.VERSIONS, CudaMachine.SMOKE_TESTS);

    private final String system = System.getProperty("os.name");
    private final String architecture = System.getProperty("os.arch");
    private final ChildProcess child;

    /**
     * This machine.
     *
     * @param child how to run a probe
     */
    public Machine(ChildProcess child) {
        this.child = child;
    }

    /** Looks at everything; takes about two seconds, and some more where there is a GPU. */
    public List<Section> look() {
        List<Section> sections = new ArrayList<>(List.of(java(), cpu(), memory()));
        sections.addAll(new CudaMachine(child, system, architecture).look());
        return sections;
    }

    private Section java() {
        return Section.of("Java",
                new JavaVersionCheck(Runtime.version().feature(), System.getProperty("java.version"),
                        System.getProperty("java.vendor"), System.getProperty("java.home")),
                new VectorModuleCheck(ModuleFinder.ofSystem().find(VectorModuleCheck.MODULE).isPresent()),
                new NativeAccessCheck(Machine.class.getModule().isNativeAccessEnabled()));
    }

    private Section cpu() {
        CpuInfo info = CpuInfo.read(Path.of("/"));
        int usable = Runtime.getRuntime().availableProcessors();
        return Section.of("CPU",
                new CpuModelCheck(info.model(), architecture),
                new CoresCheck(Math.max(info.cores(), usable), usable, info.quota()),
                new SimdCheck(architecture, info.flags()),
                new VectorWidthCheck(child.run(VectorProbe.class, "--add-modules=" + VectorModuleCheck.MODULE)));
    }

    private Section memory() {
        OperatingSystemMXBean bean = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        return Section.of("Memory", new MemoryCheck(bean.getTotalMemorySize(), Runtime.getRuntime().maxMemory()));
    }
}
