package dev.voxgrad.engine.cuda.cublas;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.voxgrad.engine.cuda.driver.CudaDriver;
import dev.voxgrad.engine.device.Devices;
import dev.voxgrad.engine.testing.TestGpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Tests how a binding is chosen; what depends on the installed libraries is tested in processes of their own. */
class CublasBindingTest {
    @Test
    void prefersJCublasWhereItsLibraryIs() {
        TestGpu.assumeSome();
        int driver = CudaDriver.of(0).version();
        assumeTrue(CublasBinding.requested().isEmpty(), "a binding is forced for all tests");
        assertThat(CublasBinding.find(driver))
                .contains(
                        CublasBinding.JCUBLAS.library(driver).isPresent()
                                ? CublasBinding.JCUBLAS
                                : CublasBinding.FOREIGN);
    }

    @Test
    void propertyForcesTheOther() {
        TestGpu.assumeSome();
        try (RequestedBinding _ = new RequestedBinding("foreign")) {
            assertThat(CublasBinding.find(CudaDriver.of(0).version())).contains(CublasBinding.FOREIGN);
        }
    }

    /** A name is checked even on a machine without a GPU, where nothing would use it. */
    @ParameterizedTest
    @ValueSource(strings = {"", "JCublas", "cublas", "jcublas ", "auto"})
    void refusesUnknownNames(String name) {
        try (RequestedBinding _ = new RequestedBinding(name)) {
            assertThatThrownBy(() -> Devices.find("auto", Devices.Settings.DEFAULT))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("-Dvoxgrad.cublas=" + name
                            + " is unknown; choose jcublas or foreign, or leave it out for the one that loads");
        }
    }

    @Test
    void forcedBindingWithoutLibraryIsAnError() {
        assumeTrue(CublasBinding.FOREIGN.library(12_060).isEmpty(), "this machine has cuBLAS");
        for (CublasBinding binding : CublasBinding.values()) {
            try (RequestedBinding _ = new RequestedBinding(binding)) {
                assertThatThrownBy(() -> CublasBinding.find(12_060))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage(binding.option() + " requires libcublas.so.12, which was not found; "
                                + "install it, or leave the option out");
            }
        }
    }

    @Test
    void listsWhatItSearchesFor() {
        assertThat(CublasBinding.missing(13_000))
                .isEqualTo("cuBLAS was not found (libcublas.so.13 or libcublas.so.12)");
        assertThat(CublasBinding.missing(12_060)).isEqualTo("cuBLAS was not found (libcublas.so.12)");
        assertThat(CublasBinding.JCUBLAS.names(13_000)).isEqualTo("libcublas.so.12");
    }
}
