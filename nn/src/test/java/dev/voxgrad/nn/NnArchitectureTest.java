package dev.voxgrad.nn;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

class NnArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.voxgrad.nn");

    @Test
    void usesNeitherVectorsNorNativeLibraries() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("jcuda..", "jdk.incubator.vector..")
                .check(CLASSES);
    }

    @Test
    void packagesAreFreeOfCycles() {
        slices().matching("dev.voxgrad.(nn..)").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void dependsOnNoModuleAbove() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.voxgrad.medmnist..", "dev.voxgrad.bench..")
                .check(CLASSES);
    }

    @Test
    void onlyWeightFilesUseJson() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.voxgrad.nn.weights")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("tools.jackson..")
                .check(CLASSES);
    }
}
