package dev.voxgrad.bench.peers;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.voxgrad.bench.step.EngineException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Tests finding allocators and their settings. */
class AllocatorTest {
    private static final Map<String, Path> INSTALLED = Map.of(
            "libtcmalloc.so.4", Path.of("/opt/lib/libtcmalloc.so.4"),
            "libjemalloc.so.2", Path.of("/usr/lib/libjemalloc.so.2"));

    private static Function<String, Optional<Path>> having(String... names) {
        return name -> List.of(names).contains(name) ? Optional.ofNullable(INSTALLED.get(name)) : Optional.empty();
    }

    @ParameterizedTest
    @CsvSource({
        "libtcmalloc.so.4, libjemalloc.so.2, tcmalloc (libtcmalloc.so.4)",
        "libjemalloc.so.2, libjemalloc.so.2, jemalloc (libjemalloc.so.2)",
        "libother.so.1,    libother.so.1,    glibc"
    })
    void autoUsesFirstInstalled(String library, String other, String expected) {
        assertThat(Allocator.find("auto", having(library, other))).hasToString(expected);
    }

    @Test
    void preloadsLibraryWithSettingsThatKeepMemory() {
        assertThat(Allocator.find("jemalloc", having("libjemalloc.so.2")).variables())
                .containsOnlyKeys("LD_PRELOAD", "MALLOC_CONF")
                .containsEntry("LD_PRELOAD", "/usr/lib/libjemalloc.so.2")
                .hasEntrySatisfying(
                        "MALLOC_CONF",
                        value -> assertThat(value)
                                .contains("oversize_threshold:0", "dirty_decay_ms:-1", "muzzy_decay_ms:-1"));
        assertThat(Allocator.find("tcmalloc", having("libtcmalloc.so.4")).variables())
                .containsEntry("LD_PRELOAD", "/opt/lib/libtcmalloc.so.4")
                .containsEntry("TCMALLOC_RELEASE_RATE", "0");
    }

    @Test
    void glibcKeepsItsMemoryInOneArena() {
        assertThat(Allocator.find("glibc", having("libtcmalloc.so.4")).variables())
                .containsEntry("MALLOC_ARENA_MAX", "1")
                .containsEntry("MALLOC_MMAP_MAX_", "0")
                .containsEntry("MALLOC_TRIM_THRESHOLD_", "68719476736")
                .containsEntry("MALLOC_TOP_PAD_", "268435456")
                .doesNotContainKey("LD_PRELOAD");
    }

    @Test
    void explainsHowToInstallWhatIsMissing() {
        assertThatThrownBy(() -> Allocator.find("jemalloc", having("libtcmalloc.so.4")))
                .isInstanceOf(EngineException.class)
                .hasMessageContainingAll(
                        "jemalloc is not installed",
                        "libjemalloc.so.2",
                        "apt-get install libjemalloc2",
                        "--allocator auto");
    }

    @Test
    void rejectsUnknownNames() {
        assertThatThrownBy(() -> Allocator.find("mimalloc", having()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("unknown allocator 'mimalloc'; known allocators are auto, tcmalloc, jemalloc, glibc");
    }

    @Test
    void skipsFoldersThatTheLoaderWouldSplit() {
        assertThat(Allocator.find("auto", name -> Optional.of(Path.of("/my libs", name))))
                .hasToString("glibc");
        assertThat(Allocator.find("auto", name -> Optional.of(Path.of("/a:b", name))))
                .hasToString("glibc");
    }
}
