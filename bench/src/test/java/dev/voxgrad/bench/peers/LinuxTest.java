package dev.voxgrad.bench.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests what is read about this process. */
@EnabledOnOs(OS.LINUX)
class LinuxTest {
    @TempDir
    private Path folder;

    @Test
    void distinguishesLoadedLibraries() throws IOException {
        assertThat(Linux.hasLoaded(Files.createFile(folder.resolve("libother.so.1"))))
                .isFalse();
        Path jvm = Path.of(System.getProperty("java.home"), "lib", "server", "libjvm.so");
        Assumptions.assumeTrue(Files.exists(jvm), "this JVM is elsewhere");
        assertThat(Linux.hasLoaded(jvm)).isTrue();
        Path link = Files.createSymbolicLink(folder.resolve("libjvm.so"), jvm);
        assertThat(Linux.hasLoaded(link)).as("the loader resolves links").isTrue();
    }

    @Test
    void unknownLibraryIsNotFound() {
        assertThat(Linux.library("libvoxgrad-has-no-such-library.so.7")).isEqualTo(Optional.empty());
    }
}
