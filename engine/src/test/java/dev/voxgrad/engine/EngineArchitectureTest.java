package dev.voxgrad.engine;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

/** The arrows between the parts, as the build sees them. */
class EngineArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.voxgrad.engine");

    /** A class whose name holds "Cpu" is a CPU kernel: ReluCpu, MicroKernels. */
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
    void theEngineKnowsNothingOfTheModulesAboveIt() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.voxgrad.nn..", "dev.voxgrad.medmnist..", "dev.voxgrad.bench..")
                .check(CLASSES);
    }
}
