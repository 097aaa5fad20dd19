package dev.voxgrad.engine.device.cpu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Checks {@link Caches} against folders such as Linux has. */
class CachesTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "1024K, 0, 1048576",
        "2048K, '0-1', 1048576",
        "12288K, '0-3', 3145728",
        "2M, '0,8', 1048576",
        "1280K, '0-1,8-9', 327680",
        "16K, '0-63', 65536",
        "999999M, '0', 67108864"
    })
    void cacheIsDividedByTheThreadsThatShareIt(String size, String threads, int expected) throws IOException {
        cache(0, "1", "Data", "48K", "0");
        cache(1, "2", "Instruction", "64K", "0");
        cache(2, "2", "Unified", size, threads);
        cache(3, "3", "Unified", "32768K", "0-15");
        assertThat(Caches.secondLevel(folder)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "big", "1024", "K", "-4K", "12345678901234567890K", "1024KB"})
    void unreadableSizesMeanUnknown(String size) throws IOException {
        cache(0, "2", "Unified", size, "0");
        assertThat(Caches.secondLevel(folder)).isEqualTo(Caches.UNKNOWN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "3-1", "0-", "0-1-2", ",", "0,,1"})
    void unreadableThreadsMeanUnknown(String threads) throws IOException {
        cache(0, "2", "Unified", "1024K", threads);
        assertThat(Caches.secondLevel(folder)).isEqualTo(Caches.UNKNOWN);
    }

    @Test
    void systemsWithoutTheFolderMeanUnknown() {
        assertThat(Caches.secondLevel(folder.resolve("missing"))).isEqualTo(Caches.UNKNOWN);
    }

    private void cache(int index, String level, String type, String size, String threads) throws IOException {
        Path cache = Files.createDirectories(folder.resolve("index" + index));
        Files.writeString(cache.resolve("level"), level + "\n");
        Files.writeString(cache.resolve("type"), type + "\n");
        Files.writeString(cache.resolve("size"), size + "\n");
        Files.writeString(cache.resolve("shared_cpu_list"), threads + "\n");
    }
}
