package dev.voxgrad.medmnist.io;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ScratchFileTest {
    @Test
    void holdsWhatIsWritten() {
        List<String> notes = new ArrayList<>();
        MemorySegment memory = ScratchFile.allocate(3_000_001, "own.npz (train_images)", notes::add);
        assertThat(memory.get(ValueLayout.JAVA_BYTE, 3_000_000)).isZero();
        memory.set(ValueLayout.JAVA_BYTE, 3_000_000, (byte) 7);
        assertThat(memory.get(ValueLayout.JAVA_BYTE, 3_000_000)).isEqualTo((byte) 7);
        assertThat(notes)
                .singleElement()
                .asString()
                .startsWith("own.npz (train_images): unpacked to a temporary file of 0.00 GiB in ");
    }

    @Test
    void requiresRoomOnTheDisk() {
        Path folder = Path.of("scratch");
        long gib = 1L << 30;
        ScratchFile.requireSpace(4 * gib, 3 * gib, "own.npz", folder);
        assertThatThrownBy(() -> ScratchFile.requireSpace(4 * gib, 4 * gib, "own.npz", folder))
                .isInstanceOf(DataFileException.class)
                .hasMessageStartingWith("scratch: has 4.00 GiB free, but unpacking own.npz takes 4.06 GiB; set TMPDIR")
                .hasMessageContaining("numpy.savez)")
                .hasMessageContaining("--cache RAM");
    }

    @Test
    void refusesMoreThanAnyDiskHas() {
        assertThatThrownBy(() -> ScratchFile.allocate(1L << 60, "own.npz", note -> {}))
                .isInstanceOf(DataFileException.class)
                .hasMessageContaining("GiB free");
    }
}
