package dev.voxgrad.nativecheck.library;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Tests reading shared libraries, intact and damaged ones. */
@EnabledOnOs(OS.LINUX)
class ElfTest {
    @TempDir
    private Path folder;

    @Test
    void readsNamesAndFolders() throws IOException {
        Path file = FakeLibrary.named("libx.so.1")
                .needing("liba.so.1", "libb.so.2")
                .withRunPath("$ORIGIN:/opt/x:${ORIGIN}/../y")
                .into(folder);
        assertThat(Elf.read(file).soname()).contains("libx.so.1");
        assertThat(Elf.read(file).needed()).containsExactly("liba.so.1", "libb.so.2");
        assertThat(Elf.read(file).runPath())
                .containsExactly(folder, Path.of("/opt/x"), folder.getParent().resolve("y"));
    }

    @Test
    void readsLibraryWithoutDependencies() throws IOException {
        Elf elf = Elf.read(FakeLibrary.named("libx.so.1").into(folder));
        assertThat(elf.needed()).isEmpty();
        assertThat(elf.runPath()).isEmpty();
    }

    @Test
    void rejectsEveryTruncatedFile() throws IOException {
        byte[] whole = FakeLibrary.named("libx.so.1").needing("liba.so.1").bytes();
        Path file = folder.resolve("short");
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> Elf.read(file))
                    .as("%d bytes", length)
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("is ");
        }
    }

    @Test
    void anyWrongByteIsReportedAsDamage() throws IOException {
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

    /** Tests a file of 656 kB whose names would take 6 GB. */
    @Test
    void longNameRepeatedThousandsOfTimesIsDamage() throws IOException {
        Path file = Files.write(folder.resolve("bomb"), library(16_000, 400_000, 0));
        assertThat(Files.size(file)).isLessThan(660_000);
        assertThatThrownBy(() -> Elf.read(file)).hasMessage("is damaged");
    }

    @Test
    void overlappingNamesLongerThanFileAreDamage() throws IOException {
        Path file = Files.write(folder.resolve("bomb"), library(16_000, 60_000, 1));
        assertThatThrownBy(() -> Elf.read(file)).hasMessage("is damaged");
    }

    @Test
    void readsRepeatedNameOnce() throws IOException {
        Path file = Files.write(folder.resolve("twice"), library(300, 200, 0));
        assertThat(Elf.read(file).needed()).containsExactly("x".repeat(200));
    }

    @Test
    void rejectsWhatIsNotAFile() throws IOException, InterruptedException {
        assertThatThrownBy(() -> Elf.read(folder))
                .isInstanceOf(IOException.class)
                .hasMessage("cannot be read");
        assertThatThrownBy(() -> Elf.read(folder.resolve("none"))).hasMessage("cannot be read");
        Path pipe = folder.resolve("pipe");
        assumeTrue(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0, "no mkfifo here");
        assertThatThrownBy(() -> Elf.read(pipe)).hasMessage("cannot be read");
    }

    @Test
    void rejectsOtherWidthsAndByteOrders() throws IOException {
        for (int at = 4; at <= 5; at++) {
            byte[] other = FakeLibrary.named("libx.so.1").bytes();
            other[at] = (byte) (3 - other[at]);
            Path file = Files.write(folder.resolve("other"), other);
            assertThatThrownBy(() -> Elf.read(file)).hasMessage("is a library for another kind of processor");
        }
    }

    /**
     * Returns a library that needs others.
     *
     * @param needed the number of libraries it needs
     * @param length the length of each of their names
     * @param apart the distance between the starts of their names in bytes
     */
    static byte[] library(int needed, int length, int apart) {
        int dynamicAt = 64 + 2 * 56;
        int stringsAt = dynamicAt + (needed + 3) * 16;
        int strings = length + needed * apart + 1;
        ByteBuffer file = ByteBuffer.allocate(stringsAt + strings).order(ByteOrder.LITTLE_ENDIAN);
        file.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1})
                .putShort(18, (short) 62)
                .putLong(32, 64)
                .putShort(56, (short) 2)
                .position(64);
        for (int[] segment : new int[][] {{1, 0, file.capacity()}, {2, dynamicAt, (needed + 3) * 16}}) {
            file.putInt(segment[0])
                    .putInt(0)
                    .putLong(segment[1])
                    .putLong(segment[1])
                    .putLong(0)
                    .putLong(segment[2])
                    .putLong(0)
                    .putLong(0);
        }
        for (int i = 0; i < needed; i++) {
            file.putLong(1).putLong((long) i * apart);
        }
        file.putLong(5)
                .putLong(stringsAt)
                .putLong(10)
                .putLong(strings)
                .putLong(0)
                .putLong(0);
        Arrays.fill(file.array(), stringsAt, stringsAt + strings - 1, (byte) 'x');
        return file.array();
    }

    @Test
    void distinguishesOtherProcessorsAndFiles() throws IOException {
        byte[] arm = FakeLibrary.named("libx.so.1").bytes();
        arm[18] = (byte) 183;
        Path file = Files.write(folder.resolve("arm"), arm);
        assertThatThrownBy(() -> Elf.read(file)).hasMessage("is a library for another kind of processor");
        Path text = Files.writeString(folder.resolve("text"), "INPUT(libx.so.1)".repeat(10));
        assertThatThrownBy(() -> Elf.read(text)).hasMessage("is not a shared library");
    }
}
