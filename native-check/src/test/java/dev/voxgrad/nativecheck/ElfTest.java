package dev.voxgrad.nativecheck;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Shared libraries, whole and damaged. */
@EnabledOnOs(OS.LINUX)
class ElfTest {
    @TempDir
    private Path folder;

    @Test
    void namesAndFoldersAreRead() throws IOException {
        Path file = FakeLibrary.named("libx.so.1").needing("liba.so.1", "libb.so.2")
                .withRunPath("$ORIGIN:/opt/x:${ORIGIN}/../y").into(folder);
        assertThat(Elf.read(file).soname()).contains("libx.so.1");
        assertThat(Elf.read(file).needed()).containsExactly("liba.so.1", "libb.so.2");
        assertThat(Elf.read(file).runPath()).containsExactly(folder, Path.of("/opt/x"),
                folder.getParent().resolve("y"));
    }

    @Test
    void aLibraryThatNeedsNothing() throws IOException {
        Elf elf = Elf.read(FakeLibrary.named("libx.so.1").into(folder));
        assertThat(elf.needed()).isEmpty();
        assertThat(elf.runPath()).isEmpty();
    }

    @Test
    void everyShortenedFileIsRefusedInWords() throws IOException {
        byte[] whole = FakeLibrary.named("libx.so.1").needing("liba.so.1").bytes();
        Path file = folder.resolve("short");
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> Elf.read(file)).as("%d bytes", length).isInstanceOf(IOException.class)
                    .hasMessageStartingWith("is ");
        }
    }

    @Test
    void noByteMakesItFailInAnotherWay() throws IOException {
        byte[] whole = FakeLibrary.named("libx.so.1").needing("liba.so.1").bytes();
        Path file = folder.resolve("wrong");
        int refused = 0;
        for (int at = 0; at < whole.length; at++) {
            byte[] wrong = whole.clone();
            wrong[at] ^= (byte) 0xff;
            Files.write(file, wrong);
            try {
                Elf.read(file);
            } catch (IOException e) {
                assertThat(e).as("byte %d", at).hasMessageStartingWith("is ");
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(50);
    }

    @Test
    void otherProcessorsAndOtherFilesAreToldApart() throws IOException {
        byte[] arm = FakeLibrary.named("libx.so.1").bytes();
        arm[18] = (byte) 183;
        Path file = Files.write(folder.resolve("arm"), arm);
        assertThatThrownBy(() -> Elf.read(file)).hasMessage("is a library for another kind of processor");
        Path text = Files.writeString(folder.resolve("text"), "INPUT(libx.so.1)".repeat(10));
        assertThatThrownBy(() -> Elf.read(text)).hasMessage("is no shared library");
    }
}
