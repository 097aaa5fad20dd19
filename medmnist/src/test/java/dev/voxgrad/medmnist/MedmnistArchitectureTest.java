package dev.voxgrad.medmnist;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

import dev.voxgrad.medmnist.nets.Nets;
import dev.voxgrad.medmnist.nets.resnet.ResNet;
import dev.voxgrad.medmnist.nets.study.StudyNet;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

/** Arrows go one way: data and metrics ← nets ← trainer ← ensemble ← command line. */
@AnalyzeClasses(packages = "dev.voxgrad", importOptions = DoNotIncludeTests.class)
class MedmnistArchitectureTest {
    /** Each package is a slice of its own, so that an inner package and the one around it do not need each other. */
    @ArchTest
    static final ArchRule PACKAGES_HAVE_NO_CYCLES = slices().matching("dev.voxgrad.medmnist.(**)")
            .should()
            .beFreeOfCycles()
            // The registry of nets lists the families, which implement its interface.
            .ignoreDependency(Nets.class, StudyNet.class)
            .ignoreDependency(Nets.class, ResNet.class);

    /** In the command line: main command → commands → options → console. */
    @ArchTest
    static final ArchRule COMMAND_LINE_HAS_NO_CYCLES =
            slices().matching("dev.voxgrad.medmnist.cli.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule COMMANDS_DO_NOT_KNOW_THE_MAIN_COMMAND = noClasses()
            .that()
            .resideInAPackage("dev.voxgrad.medmnist.cli.*..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.voxgrad.medmnist.cli");

    @ArchTest
    static final ArchRule ONLY_THE_COMMAND_LINE_KNOWS_PICOCLI = noClasses()
            .that()
            .resideOutsideOfPackages("dev.voxgrad.medmnist.cli..", "dev.voxgrad.nativecheck..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("picocli..");

    /** native-check is a command of its own, which one command here hands out; nothing else needs it. */
    @ArchTest
    static final ArchRule ONLY_THE_COMMAND_LINE_KNOWS_NATIVE_CHECK = noClasses()
            .that()
            .resideInAPackage("dev.voxgrad.medmnist..")
            .and()
            .resideOutsideOfPackage("dev.voxgrad.medmnist.cli..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.voxgrad.nativecheck..");

    @ArchTest
    static final ArchRule DATA_KNOWS_NO_TENSORS = noClasses()
            .that()
            .resideInAnyPackage("dev.voxgrad.medmnist.data..", "dev.voxgrad.medmnist.metrics..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.voxgrad.engine",
                    "dev.voxgrad.engine.device..",
                    "dev.voxgrad.engine.autograd..",
                    "dev.voxgrad.nn..");

    @ArchTest
    static final ArchRule KERNELS_STAY_IN_THE_ENGINE = noClasses()
            .that()
            .resideInAPackage("dev.voxgrad.medmnist..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("jdk.incubator..", "jcuda..", "dev.voxgrad.engine.device.cpu..");

    @ArchTest
    static final ArchRule NOTHING_BELOW_KNOWS_THIS_MODULE = noClasses()
            .that()
            .resideInAnyPackage("dev.voxgrad.engine..", "dev.voxgrad.nn..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.voxgrad.medmnist..");
}
