package dev.voxgrad.nativecheck;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import dev.voxgrad.nativecheck.check.Check;
import dev.voxgrad.nativecheck.library.CudaVersion;
import dev.voxgrad.nativecheck.library.FakeLibrary;
import dev.voxgrad.nativecheck.library.KernelPtx;
import dev.voxgrad.nativecheck.library.LibraryCache;
import dev.voxgrad.nativecheck.library.LibraryPath;
import dev.voxgrad.nativecheck.library.NativeLibrary;
import dev.voxgrad.nativecheck.probe.SmokeTest;
import dev.voxgrad.nativecheck.report.Finding;
import dev.voxgrad.nativecheck.report.Shell;
import dev.voxgrad.nativecheck.report.Status;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests the search with folders of libraries as machines have them, on a search path that contains nothing else. */
@EnabledOnOs(OS.LINUX)
class LibrariesTest {
    private static final Optional<CudaVersion> CUDA_13 = Optional.of(new CudaVersion(13_000));

    @TempDir
    private Path root;

    private Path searched;
    private Path notSearched;

    @BeforeEach
    void folders() throws IOException {
        searched = Files.createDirectory(root.resolve("searched"));
        notSearched = Files.createDirectory(root.resolve("elsewhere"));
    }

    @Test
    void allInstalled() throws IOException {
        completeToolkit(13);
        List<Finding> findings = look(true);
        assertThat(findings).extracting(Finding::status).containsOnly(Status.PASS);
        assertThat(findings)
                .extracting(Finding::name)
                .containsExactly(
                        "CUDA driver",
                        "CUDA runtime",
                        "cuBLAS",
                        "cuBLASLt",
                        "cuBLAS binding",
                        "NVRTC",
                        "NVRTC builtins",
                        "cuDNN",
                        "cuDNN's parts");
        assertThat(named(findings, "cuBLAS").found())
                .isEqualTo(searched.resolve("libcublas.so.13").toString());
        assertThat(named(findings, "cuDNN's parts").found()).isEqualTo("all 7 sub-libraries in " + searched);
    }

    @Test
    void missingLibraryFailsOnlyWithADriver() {
        Finding withDriver = named(look(true), "cuDNN");
        assertThat(withDriver.status()).isEqualTo(Status.FAIL);
        assertThat(withDriver.found()).isEqualTo("libcudnn.so.9 was not found");
        assertThat(withDriver.wanted()).isEqualTo("libcudnn.so.9 for JCudnn 12.6");
        assertThat(withDriver.fix())
                .contains("cuDNN 9")
                .contains("nvidia/cudnn/lib")
                .contains(LibraryCache.COMMAND);
        Finding without = named(look(false), "cuDNN");
        assertThat(without.status()).isEqualTo(Status.WARN);
        assertThat(without.fix()).isEmpty();
    }

    @Test
    void companionsOfMissingLibraryAreNotReported() {
        assertThat(look(true))
                .extracting(Finding::name)
                .containsExactly("CUDA driver", "CUDA runtime", "cuBLAS", "NVRTC", "cuDNN");
    }

    @Test
    void missingNvrtcBuiltinsFail() throws IOException {
        FakeLibrary.named("libnvrtc.so.12").into(searched);
        Finding finding = named(look(true), "NVRTC builtins");
        assertThat(finding.status()).isEqualTo(Status.FAIL);
        assertThat(finding.found()).isEqualTo("libnvrtc-builtins.so.12 was not found");
        FakeLibrary.named("libnvrtc-builtins.so.12.9").into(searched);
        assertThat(named(look(true), "NVRTC builtins").status()).isEqualTo(Status.PASS);
    }

    @Test
    void otherCudaIsAWrongMajorVersion() throws IOException {
        FakeLibrary.named("libcublas.so.11").into(searched);
        FakeLibrary.named("libnvrtc.so.14").into(notSearched);
        Finding cublas = named(look(true), "cuBLAS");
        assertThat(cublas.status()).isEqualTo(Status.FAIL);
        assertThat(cublas.found())
                .isEqualTo("wrong major version: CUDA 11's libcublas.so.11 is installed (" + searched
                        + "), but Voxgrad needs libcublas.so.12 or libcublas.so.13");
        assertThat(named(look(true), "NVRTC").found()).startsWith("wrong major version: CUDA 14's libnvrtc.so.14");
    }

    @Test
    void usesCuda12IfThereIsNo13() throws IOException {
        completeToolkit(12);
        List<Finding> findings = look(true);
        assertThat(findings).extracting(Finding::status).containsOnly(Status.PASS);
        assertThat(named(findings, "cuBLAS").found())
                .isEqualTo(searched.resolve("libcublas.so.12").toString());
        assertThat(named(findings, "cuBLASLt").found())
                .isEqualTo(searched.resolve("libcublasLt.so.12").toString());
        assertThat(named(findings, "cuBLAS binding").found()).isEqualTo("JCublas 12.6 for libcublas.so.12");
        assertThat(named(findings, "NVRTC").found())
                .isEqualTo(searched.resolve("libnvrtc.so.12").toString());
    }

    @Test
    void prefersCuda12ForJCublasIfItLoads() throws IOException {
        completeToolkit(13);
        Path newer = searched.resolve("libcublas.so.13");
        Path older = FakeLibrary.named("libcublas.so.12")
                .needing("libcublasLt.so.12")
                .into(searched);
        assertThat(named(look(true), "cuBLAS").found()).isEqualTo(newer + "; not used: " + older);
        assertThat(named(look(true), "cuBLASLt").found()).endsWith("libcublasLt.so.13");
        assertThat(named(look(true), "cuBLAS binding").found())
                .isEqualTo("the JDK's foreign functions for libcublas.so.13");
        FakeLibrary.named("libcublasLt.so.12").into(searched);
        assertThat(named(look(true), "cuBLAS").found()).isEqualTo(older + "; not used: " + newer);
        assertThat(named(look(true), "cuBLASLt").found()).endsWith("libcublasLt.so.12");
        assertThat(named(look(true), "cuBLAS binding").found()).isEqualTo("JCublas 12.6 for libcublas.so.12");
    }

    @Test
    void forcesTheBinding() throws IOException {
        completeToolkit(12);
        completeToolkit(13);
        List<Finding> findings = lookFor("foreign");
        assertThat(named(findings, "cuBLAS").found())
                .startsWith(searched.resolve("libcublas.so.13").toString());
        assertThat(named(findings, "cuBLASLt").found()).endsWith("libcublasLt.so.13");
        assertThat(named(findings, "cuBLAS binding").found())
                .isEqualTo("the JDK's foreign functions for libcublas.so.13, because of -Dvoxgrad.cublas=foreign");
        findings = lookFor("jcublas");
        assertThat(named(findings, "cuBLAS").found())
                .startsWith(searched.resolve("libcublas.so.12").toString());
        assertThat(named(findings, "cuBLAS binding").found())
                .isEqualTo("JCublas 12.6 for libcublas.so.12, because of -Dvoxgrad.cublas=jcublas");
    }

    @Test
    void requestThatCannotBeMetFails() throws IOException {
        completeToolkit(13);
        Finding finding = named(lookFor("jcublas"), "cuBLAS binding");
        assertThat(finding.status()).isEqualTo(Status.FAIL);
        assertThat(finding.found())
                .isEqualTo("-Dvoxgrad.cublas=jcublas requires libcublas.so.12, but only libcublas.so.13 loads");
        assertThat(finding.fix()).isEqualTo("leave the option out, or install cuBLAS of CUDA 12");
        Libraries libraries = new Libraries(path(), true, CUDA_13, Optional.empty(), Optional.of("jcublas"));
        assertThat(new Usable(true, libraries).obstacle(SmokeTest.SGEMM)).contains(finding.found());
        assertThat(new Usable(true, libraries).versionsToQuery()).doesNotContain("cublas");
        Libraries withoutGpu = new Libraries(path(), false, CUDA_13, Optional.empty(), Optional.of("jcublas"));
        assertThat(withoutGpu.cublasBinding().judge().status()).isEqualTo(Status.WARN);
    }

    @Test
    void unknownBindingFailsEvenWithoutCublas() {
        Finding finding = named(lookFor("JCublas"), "cuBLAS binding");
        assertThat(finding.status()).isEqualTo(Status.FAIL);
        assertThat(finding.found()).isEqualTo("-Dvoxgrad.cublas=JCublas is unknown");
        assertThat(finding.wanted()).isEqualTo("jcublas or foreign");
    }

    @Test
    void driverForCuda12DoesNotUse13() throws IOException {
        completeToolkit(13);
        List<Finding> findings = lookWithDriverForCuda12();
        Finding cublas = named(findings, "cuBLAS");
        assertThat(cublas.status()).isEqualTo(Status.FAIL);
        assertThat(cublas.found())
                .isEqualTo("wrong major version: CUDA 13's libcublas.so.13 is installed (" + searched
                        + "), but Voxgrad needs libcublas.so.12 with this older driver");
        assertThat(cublas.wanted()).isEqualTo("libcublas.so.12 for Voxgrad");
        assertThat(named(findings, "NVRTC").found())
                .startsWith("wrong major version: CUDA 13's libnvrtc.so.13")
                .endsWith("needs libnvrtc.so.12 with this older driver");
        completeToolkit(12);
        findings = lookWithDriverForCuda12();
        assertThat(findings).extracting(Finding::status).containsOnly(Status.PASS);
        assertThat(named(findings, "cuBLAS").found())
                .isEqualTo(searched.resolve("libcublas.so.12").toString());
        assertThat(named(findings, "cuBLASLt").found())
                .isEqualTo(searched.resolve("libcublasLt.so.12").toString());
        assertThat(named(findings, "NVRTC").found())
                .isEqualTo(searched.resolve("libnvrtc.so.12").toString());
        assertThat(named(findings, "NVRTC builtins").found())
                .isEqualTo(searched.resolve("libnvrtc-builtins.so.12.0").toString());
    }

    @Test
    void companionsHaveTheSameMajorVersion() throws IOException {
        FakeLibrary.named("libcublas.so.12").into(searched);
        FakeLibrary.named("libcublasLt.so.13").into(searched);
        assertThat(named(look(true), "cuBLASLt").found())
                .isEqualTo("wrong major version: CUDA 13's libcublasLt.so.13 is installed (" + searched
                        + "), but cuBLAS needs libcublasLt.so.12");
    }

    @Test
    void buildWithPtxNeedsNoNvrtc() throws IOException {
        completeToolkit(13);
        Files.delete(searched.resolve("libnvrtc.so.13"));
        Finding missing = named(look(true), "NVRTC");
        assertThat(missing.status()).isEqualTo(Status.FAIL);
        assertThat(missing.found()).isEqualTo("neither libnvrtc.so.13 nor libnvrtc.so.12 was found");
        assertThat(missing.fix()).contains(LibraryCache.COMMAND);
        Optional<KernelPtx> ptx = Optional.of(new KernelPtx(Path.of("/app/engine.jar"), Optional.empty()));
        List<Finding> findings = findings(new Libraries(path(), true, CUDA_13, ptx, Optional.empty()));
        assertThat(named(findings, "NVRTC"))
                .isEqualTo(Finding.warn(
                        "NVRTC", missing.found() + "; the kernels' PTX in /app/engine.jar is used instead", "", ""));
        assertThat(findings).extracting(Finding::name).doesNotContain("NVRTC builtins");
        FakeLibrary.named("libnvrtc.so.13").into(searched);
        Files.delete(searched.resolve("libnvrtc-builtins.so.13.0"));
        findings = findings(new Libraries(path(), true, CUDA_13, ptx, Optional.empty()));
        assertThat(named(findings, "NVRTC").status()).isEqualTo(Status.PASS);
        assertThat(named(findings, "NVRTC builtins").status()).isEqualTo(Status.FAIL);
    }

    @Test
    void cudnn8IsAWrongMajorVersion() throws IOException {
        FakeLibrary.named("libcudnn.so.8").into(searched);
        assertThat(named(look(true), "cuDNN").found()).startsWith("wrong major version: cuDNN 8's libcudnn.so.8");
    }

    @Test
    void locatesLibraryOutsideTheSearchPath() throws IOException {
        FakeLibrary.named("libcudnn.so.9").into(notSearched);
        Finding finding = named(look(true), "cuDNN");
        assertThat(finding.found()).contains(notSearched + ", where the loader does not look");
        assertThat(finding.fix())
                .isEqualTo("export LD_LIBRARY_PATH=" + Shell.quote(notSearched.toString())
                        + "${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}");
    }

    @Test
    void namesEachMissingSubLibrary() throws IOException {
        completeToolkit(13);
        for (NativeLibrary part : NativeLibrary.cudnnParts()) {
            Path file = searched.resolve(part.files().getFirst());
            byte[] kept = Files.readAllBytes(file);
            Files.delete(file);
            List<Finding> findings = look(true);
            Finding finding = named(findings, part.title());
            boolean needed = part != NativeLibrary.CUDNN_ADV;
            assertThat(finding.status()).isEqualTo(needed ? Status.FAIL : Status.WARN);
            assertThat(finding.found())
                    .isEqualTo(part.files().getFirst() + " was not found"
                            + (needed ? "" : "; convolutions do not need it"));
            assertThat(new Usable(true, libraries(true))
                            .obstacle(SmokeTest.CONV3D_DATA)
                            .isPresent())
                    .isEqualTo(needed);
            assertThat(named(findings, "cuDNN's parts").found()).startsWith("the other 6 of 7");
            Files.write(file, kept);
        }
    }

    @Test
    void namesFirstMissingDependency() throws IOException {
        FakeLibrary.named("libcublas.so.12").needing("libcublasLt.so.12").into(searched);
        assertThat(named(look(true), "cuBLAS").found())
                .isEqualTo(searched.resolve("libcublas.so.12") + " needs libcublasLt.so.12, which was not found");
        FakeLibrary.named("libcublasLt.so.12").needing("libz.so.7").into(searched);
        assertThat(named(look(true), "cuBLAS").found())
                .endsWith("libcublas.so.12 needs libcublasLt.so.12, which needs libz.so.7, which was not found");
    }

    @Test
    void acceptsCyclicDependencies() throws IOException {
        FakeLibrary.named("libcublas.so.12").needing("libcublasLt.so.12").into(searched);
        FakeLibrary.named("libcublasLt.so.12").needing("libcublas.so.12").into(searched);
        assertThat(named(look(true), "cuBLAS").status()).isEqualTo(Status.PASS);
    }

    @Test
    void namesDamagedLibrary() throws IOException {
        Files.writeString(searched.resolve("libcudnn.so.9"), "half a download".repeat(20));
        assertThat(named(look(true), "cuDNN").found())
                .isEqualTo(searched.resolve("libcudnn.so.9") + " is not a shared library");
        FakeLibrary.named("libcublas.so.12").needing("libcublasLt.so.12").into(searched);
        Files.write(searched.resolve("libcublasLt.so.12"), new byte[3]);
        assertThat(named(look(true), "cuBLAS").found())
                .contains("needs libcublasLt.so.12, but ")
                .endsWith("is damaged or truncated");
    }

    @Test
    void searchesRunPathForSubLibraries() throws IOException {
        completeToolkit(13);
        Path own = Files.createDirectory(root.resolve("own"));
        for (NativeLibrary part : NativeLibrary.cudnnParts()) {
            Files.move(
                    searched.resolve(part.files().getFirst()),
                    own.resolve(part.files().getFirst()));
        }
        FakeLibrary.named("libcudnn.so.9").withRunPath("$ORIGIN/../own").into(searched);
        Finding parts = named(look(true), "cuDNN's parts");
        assertThat(parts.status()).isEqualTo(Status.WARN);
        assertThat(parts.found()).contains("libcudnn_graph.so.9 does not come from the folder of");
    }

    @Test
    void searchesRunPathForDependencies() throws IOException {
        Path own = Files.createDirectory(root.resolve("own"));
        FakeLibrary.named("libcublasLt.so.12").into(own);
        FakeLibrary.named("libcublas.so.12").needing("libcublasLt.so.12").into(searched);
        assertThat(named(look(true), "cuBLAS").status()).isEqualTo(Status.FAIL);
        FakeLibrary.named("libcublas.so.12")
                .needing("libcublasLt.so.12")
                .withRunPath(own.toString())
                .into(searched);
        assertThat(named(look(true), "cuBLAS").status()).isEqualTo(Status.PASS);
        assertThat(named(look(true), "cuBLASLt").found())
                .isEqualTo(own.resolve("libcublasLt.so.12").toString());
    }

    @Test
    void listsOtherCopiesOnceEach() throws IOException {
        FakeLibrary.named("libcudnn.so.9").into(searched);
        Path second = Files.createDirectory(root.resolve("second"));
        Path copy = FakeLibrary.named("libcudnn.so.9").into(second);
        Path link = Files.createSymbolicLink(root.resolve("link"), second);
        LibraryPath path = new LibraryPath(
                List.of(searched, second, link), Map.of("libcudnn.so.9", List.of(copy)), List.of(), List.of());
        assertThat(named(findings(new Libraries(path, true, CUDA_13, Optional.empty(), Optional.empty())), "cuDNN")
                        .found())
                .isEqualTo(searched.resolve("libcudnn.so.9") + "; not used: " + copy);
    }

    @Test
    void skipReasonNamesFirstMissingDependency() throws IOException {
        completeToolkit(13);
        Files.delete(searched.resolve("libcudnn_cnn.so.9"));
        Usable usable = new Usable(true, libraries(true));
        assertThat(usable.obstacle(SmokeTest.SGEMM)).isEmpty();
        assertThat(usable.obstacle(SmokeTest.CONV3D_DATA)).contains("libcudnn_cnn.so.9 was not found");
        assertThat(usable.versionsToQuery()).containsExactly("runtime", "cublas", "nvrtc");
    }

    private void completeToolkit(int cuda) throws IOException {
        for (NativeLibrary library : NativeLibrary.values()) {
            String minor = library == NativeLibrary.NVRTC_BUILTINS ? ".0" : "";
            String file = cuda == 13 ? library.files().getFirst() : library.cuda12File();
            FakeLibrary.named(file + minor).into(searched);
        }
    }

    private LibraryPath path() {
        return new LibraryPath(List.of(searched), Map.of(), List.of(), List.of(notSearched));
    }

    private List<Finding> look(boolean gpu) {
        return findings(libraries(gpu));
    }

    private Libraries libraries(boolean gpu) {
        return new Libraries(path(), gpu, CUDA_13, Optional.empty(), Optional.empty());
    }

    private List<Finding> lookWithDriverForCuda12() {
        return findings(
                new Libraries(path(), true, Optional.of(new CudaVersion(12_060)), Optional.empty(), Optional.empty()));
    }

    private List<Finding> lookFor(String binding) {
        return findings(new Libraries(path(), true, CUDA_13, Optional.empty(), Optional.of(binding)));
    }

    private static List<Finding> findings(Libraries libraries) {
        return libraries.checks().stream().map(Check::judge).toList();
    }

    private static Finding named(List<Finding> findings, String name) {
        return findings.stream()
                .filter(finding -> finding.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
