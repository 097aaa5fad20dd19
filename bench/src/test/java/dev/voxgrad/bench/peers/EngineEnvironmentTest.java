package dev.voxgrad.bench.peers;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.voxgrad.bench.peers.Allocator.Installed;
import dev.voxgrad.bench.step.EngineName;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests the environment variables of an engine's process. */
class EngineEnvironmentTest {
    private static final Surroundings JEMALLOC =
            with(new Installed(Allocator.JEMALLOC, Optional.of(Path.of("/lib/je.so"))));
    private static final Surroundings GLIBC = with(new Installed(Allocator.GLIBC, Optional.empty()));

    private static Surroundings with(Installed allocator) {
        return new Surroundings(List.of(), allocator, InstructionSet.NATIVE);
    }

    @Test
    void librariesAreLimitedToTheSameInstructionsAsJava() {
        Surroundings avx2 = new Surroundings(List.of(), GLIBC.allocator(), InstructionSet.AVX2);
        assertThat(EngineEnvironment.of(EngineName.LIBTORCH_UNTUNED, 2, avx2, Map.of("ONEDNN_MAX_CPU_ISA", "ALL")))
                .satisfies(environment -> {
                    assertThat(environment.variables())
                            .containsEntry("ONEDNN_MAX_CPU_ISA", "AVX2")
                            .containsEntry("ATEN_CPU_CAPABILITY", "avx2");
                    assertThat(environment.cleared()).containsExactly("ONEDNN_MAX_CPU_ISA");
                });
        assertThat(InstructionSet.AVX2.jvmOptions()).containsExactly("-XX:UseAVX=2");
    }

    @Test
    void onlyTunedLibtorchGetsAnAllocator() {
        assertThat(EngineEnvironment.of(EngineName.LIBTORCH, 3, JEMALLOC, Map.of())
                        .variables())
                .containsOnlyKeys("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "LD_PRELOAD", "MALLOC_CONF")
                .containsEntry("LD_PRELOAD", "/lib/je.so")
                .containsEntry("OMP_NUM_THREADS", "3");
        assertThat(EngineEnvironment.of(EngineName.LIBTORCH, 3, GLIBC, Map.of()).variables())
                .containsEntry("MALLOC_ARENA_MAX", "1");
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "LIBTORCH")
    void otherEnginesGetThreadsOnly(EngineName engine) {
        assertThat(EngineEnvironment.of(engine, 2, GLIBC, Map.of()).variables())
                .isEqualTo(Map.of("OMP_NUM_THREADS", "2", "OPENBLAS_NUM_THREADS", "2"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "MALLOC_ARENA_MAX",
                "MALLOC_CONF",
                "MALLOC_TRIM_THRESHOLD_",
                "GLIBC_TUNABLES",
                "LD_PRELOAD",
                "TCMALLOC_RELEASE_RATE",
                "THP_MEM_ALLOC_ENABLE",
                "OMP_PROC_BIND",
                "GOMP_CPU_AFFINITY",
                "KMP_BLOCKTIME",
                "MKL_NUM_THREADS",
                "ONEDNN_MAX_CPU_ISA",
                "ATEN_CPU_CAPABILITY",
                "MIMALLOC_LARGE_OS_PAGES"
            })
    void clearsTuningVariablesOfTheCaller(String name) {
        Map<String, String> caller = Map.of("HOME", "/home/a", name, "x", "LD_LIBRARY_PATH", "/opt/lib");
        for (EngineName engine : EngineName.values()) {
            assertThat(EngineEnvironment.of(engine, 2, GLIBC, caller).cleared()).containsExactly(name);
        }
    }

    @Test
    void reportsOnlyVariablesThatWereSetAsCleared() {
        EngineEnvironment environment = EngineEnvironment.of(
                EngineName.LIBTORCH_UNTUNED,
                2,
                GLIBC,
                Map.of("OMP_NUM_THREADS", "64", "MALLOC_ARENA_MAX", "1", "MY_MALLOC", "1", "PATH", "/bin"));
        assertThat(environment.cleared()).containsExactly("MALLOC_ARENA_MAX", "OMP_NUM_THREADS");
        Map<String, String> child =
                new HashMap<>(Map.of("OMP_NUM_THREADS", "64", "MALLOC_ARENA_MAX", "1", "PATH", "/"));
        environment.applyTo(child);
        assertThat(child).isEqualTo(Map.of("OMP_NUM_THREADS", "2", "OPENBLAS_NUM_THREADS", "2", "PATH", "/"));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void childSeesTheVariablesOfItsEngine() throws IOException, InterruptedException {
        Map<String, String> caller = Map.of("MALLOC_ARENA_MAX", "7", "MALLOC_PERTURB_", "1");
        assertThat(child(EngineName.LIBTORCH_UNTUNED, caller))
                .noneMatch(line -> line.startsWith("MALLOC_"))
                .contains("OMP_NUM_THREADS=2");
        assertThat(child(EngineName.LIBTORCH, caller))
                .contains("MALLOC_ARENA_MAX=1", "MALLOC_MMAP_MAX_=0")
                .noneMatch(line -> line.startsWith("MALLOC_PERTURB_"));
    }

    private static List<String> child(EngineName engine, Map<String, String> caller)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder("env");
        builder.environment().putAll(caller);
        EngineEnvironment.of(engine, 2, GLIBC, builder.environment()).applyTo(builder.environment());
        Process process = builder.start();
        List<String> lines = process.inputReader().lines().toList();
        assertThat(process.waitFor()).isZero();
        return lines;
    }

    @Test
    void loaderSplitsNamesAtBlanksAndColons() {
        assertThat(EngineEnvironment.canPreload("/lib/libjemalloc.so.2")).isTrue();
        assertThat(List.of("", "/a b/lib.so", "/a:b/lib.so", "/a\tb/lib.so")).noneMatch(EngineEnvironment::canPreload);
    }
}
