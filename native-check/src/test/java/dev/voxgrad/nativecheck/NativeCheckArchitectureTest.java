package dev.voxgrad.nativecheck;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import org.jspecify.annotations.NullMarked;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

/** Tests that dependencies go one way: machine ← library ← probe ← check, and report ← check ← the command. */
@AnalyzeClasses(packages = "dev.voxgrad.nativecheck", importOptions = DoNotIncludeTests.class)
class NativeCheckArchitectureTest {
    @ArchTest
    static final ArchRule PACKAGES_HAVE_NO_CYCLES =
            slices().matching("dev.voxgrad.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule ONLY_THE_COMMAND_KNOWS_PICOCLI = noClasses()
            .that()
            .resideOutsideOfPackage("dev.voxgrad.nativecheck")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("picocli..");

    /** A broken native library can crash its process, so only probes, which run in child processes, load any. */
    @ArchTest
    static final ArchRule ONLY_PROBES_CALL_NATIVE_CODE = noClasses()
            .that()
            .resideOutsideOfPackage("dev.voxgrad.nativecheck.probe")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("jcuda..", "java.lang.foreign..");

    @ArchTest
    static void everyPackageIsDocumentedAndNullMarked(JavaClasses classes) {
        assertThat(classes)
                .isNotEmpty()
                .allSatisfy(type -> assertThat(type.getPackage().tryGetAnnotationOfType(NullMarked.class))
                        .as("package-info of %s", type.getPackageName())
                        .isPresent());
    }
}
