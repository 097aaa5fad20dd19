package dev.voxgrad.engine;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.autograd.Backward;
import dev.voxgrad.engine.op.elementwise.AddOp;
import dev.voxgrad.engine.op.elementwise.ScaleOp;
import dev.voxgrad.engine.optim.GradientMath;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleName;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

/** Checks the dependencies between the engine's packages. */
class EngineArchitectureTest {
    private static final String ENGINE = "dev.voxgrad.engine";

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ENGINE);

    /** A class whose name contains "Cpu", or whose package is named so, is a CPU kernel: ReluCpu, MicroKernels. */
    @Test
    void vectorsAreUsedInCpuKernelsOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackage("..cpu..")
                .and()
                .haveNameNotMatching(".*\\.[A-Za-z0-9]*Cpu[A-Za-z0-9$]*")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("jdk.incubator.vector..")
                .check(CLASSES);
    }

    @Test
    void nativeLibrariesAreCalledInOnePackageOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackage("..engine.cuda..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("jcuda..")
                .check(CLASSES);
    }

    @Test
    void engineDoesNotDependOnModulesAboveIt() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.voxgrad.nn..", "dev.voxgrad.medmnist..", "dev.voxgrad.bench..")
                .check(CLASSES);
    }

    /**
     * The one circle between packages that is tolerated: a tensor has methods for its operations, an operation has
     * kernels for each device, and kernels read and write tensors. These packages count as one here; all others are
     * free of circles.
     */
    @Test
    void onlyTensorsOperationsAndDevicesFormACircle() {
        SliceAssignment parts = new SliceAssignment() {
            @Override
            public SliceIdentifier getIdentifierOf(JavaClass type) {
                if (!type.getPackageName().startsWith(ENGINE)) {
                    return SliceIdentifier.ignore();
                }
                String name = type.getPackageName().substring(ENGINE.length());
                return name.isEmpty() || name.matches("\\.(autograd|device|op)(\\..*)?")
                        ? SliceIdentifier.of("tensors, operations and devices")
                        : SliceIdentifier.of(name.substring(1));
            }

            @Override
            public String getDescription() {
                return "parts of the engine";
            }
        };
        slices().assignedFrom(parts)
                .should()
                .beFreeOfCycles()
                // A shape is a value without dependencies, which every part may use.
                .ignoreDependency(resideInAPackage("..trace.."), equivalentTo(Shape.class))
                // The check of cuDNN's convolutions measures a difference with the norm that gradient clipping uses.
                .ignoreDependency(simpleName("Conv3dSelfCheck"), equivalentTo(GradientMath.class))
                .check(CLASSES);
    }

    /**
     * Within the circle, dependencies go one way: from operations to devices, and from both to what they compute with.
     */
    @Test
    void devicesKnowNoOperation() {
        noClasses()
                .that()
                .resideInAPackage("..engine.device..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("..engine.op..", "..engine.autograd..", "..engine.optim..")
                .check(CLASSES);
    }

    @Test
    void traceKnowsNeitherOperationsNorDevices() {
        noClasses()
                .that()
                .resideInAPackage("..engine.trace..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("..engine.op..", "..engine.autograd..", "..engine.device..")
                .orShould()
                .dependOnClassesThat(equivalentTo(Tensor.class))
                .check(CLASSES);
    }

    /** Only copying gradients and adding them up need operations: all others are reached through the graph. */
    @Test
    void autogradKnowsNoParticularOperation() {
        noClasses()
                .that()
                .resideInAPackage("..engine.autograd..")
                .and()
                .doNotBelongToAnyOf(Backward.class)
                .should()
                .dependOnClassesThat()
                .resideInAPackage("..engine.op..")
                .check(CLASSES);
        assertThat(CLASSES.get(Backward.class).getDirectDependenciesFromSelf())
                .extracting(dependency -> dependency.getTargetClass().getFullName())
                .filteredOn(name -> name.startsWith(ENGINE + ".op."))
                .containsOnly(ScaleOp.class.getName(), AddOp.class.getName());
    }

    @Test
    void operationsAreFreeOfCycles() {
        slices().matching(ENGINE + ".op.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    /**
     * Freezes the circle: apart from operations and optimisers, a class that depends on {@link Tensor}, directly or
     * not, and that {@code Tensor} depends on is one of these. A new one needs a reason.
     */
    @Test
    void circleOfTensorDoesNotGrow() {
        JavaClass tensor = CLASSES.get(Tensor.class);
        Map<JavaClass, Set<JavaClass>> users = new HashMap<>();
        Map<JavaClass, Set<JavaClass>> used = new HashMap<>();
        for (JavaClass type : CLASSES) {
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                JavaClass from = outermost(type);
                JavaClass to = outermost(dependency.getTargetClass());
                if (to.getPackageName().startsWith(ENGINE)) {
                    used.computeIfAbsent(from, _ -> new HashSet<>()).add(to);
                    users.computeIfAbsent(to, _ -> new HashSet<>()).add(from);
                }
            }
        }
        Set<JavaClass> circle = reachable(tensor, used);
        circle.retainAll(reachable(tensor, users));
        assertThat(circle)
                .extracting(type -> type.getFullName().substring(ENGINE.length() + 1))
                .filteredOn(name -> !name.startsWith("op.") && !name.startsWith("optim."))
                .containsExactlyInAnyOrder(
                        "Gradients",
                        "Memory",
                        "Scope",
                        "Tensor",
                        "autograd.Backward",
                        "autograd.Context",
                        "autograd.Node",
                        "autograd.Op",
                        "autograd.OpContract",
                        "autograd.OpTrace",
                        "autograd.Profiled",
                        "autograd.ShapePreserving",
                        "device.CpuDevice",
                        "device.CpuStorage",
                        "device.CudaDevice",
                        "device.CudaStorage",
                        "device.Device",
                        "device.EagerStep",
                        "device.ReferenceDevice",
                        "device.ReferenceStorage",
                        "device.RepeatedStep",
                        "device.cpu.Ranges",
                        "device.cpu.SmallGemm",
                        "device.cuda.CapturedStep",
                        "device.cuda.CudaLaunch",
                        "device.cuda.CudaOperand",
                        "device.cuda.CudaTransfers");
    }

    private static JavaClass outermost(JavaClass type) {
        JavaClass outer = type.getBaseComponentType();
        while (outer.getEnclosingClass().isPresent()) {
            outer = outer.getEnclosingClass().get();
        }
        return outer;
    }

    private static Set<JavaClass> reachable(JavaClass start, Map<JavaClass, Set<JavaClass>> edges) {
        Set<JavaClass> seen = new TreeSet<>(Comparator.comparing(JavaClass::getFullName));
        Deque<JavaClass> open = new ArrayDeque<>(Set.of(start));
        while (!open.isEmpty()) {
            JavaClass type = open.pop();
            if (seen.add(type)) {
                open.addAll(edges.getOrDefault(type, Set.of()));
            }
        }
        return seen;
    }
}
