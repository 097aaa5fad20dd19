package dev.voxgrad.bench.peers;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

/** Tests parsing the kernel's counters. */
class UsageTest {
    private static final String NUMBERS = " R 1 4242 4242 34816 4242 4194304 91234 11 5 3 812 97 1 2 20 0 33 0 1 2 3 4";

    @ParameterizedTest
    @ValueSource(strings = {"java", "a b", ") R 9 9 (", "x) (y", "", "a\nb", "\u00ff\u00fe"})
    void readsAnyProgramName(String name) throws IOException {
        assertThat(Usage.parse("4242 (" + name + ")" + NUMBERS + "\n")).isEqualTo(new Usage(8120, 970, 91234, 5));
    }

    @Test
    void readsBlanksNegativeAndUnsignedNumbers() throws IOException {
        assertThat(Usage.parse("1 (a)  S  0 -1 -1  0 -1 4194560 18446744073709551615 0 0 0 7 8"))
                .isEqualTo(new Usage(70, 80, 18446744073709551615.0, 0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "4242", "4242 (java)", "4242 (java) R 1 2 3", "4242 (java) R 1 2 3 4 5 6 x 8 9 10 11 12"})
    void rejectsUnexpectedForms(String stat) {
        assertThatThrownBy(() -> Usage.parse(stat))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("/proc/self/stat has an unexpected form");
    }

    @Test
    void differencesArePerStep() {
        Usage usage = new Usage(1000, 400, 700, 10).since(new Usage(300, 50, 0, 3), 7);
        assertThat(usage).isEqualTo(new Usage(100, 50, 100, 1));
        assertThat(usage.systemShare()).isEqualTo(1 / 3.0, within(1e-12));
        assertThat(new Usage(0, 0, 5, 0).systemShare()).isZero();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void countsPagesThatThisProcessTouches() throws IOException {
        long bytes = 64L << 20;
        long largestPage = 2 << 20;
        Usage before = Usage.now();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(bytes); // zeroed, so touched
            assertThat(memory.byteSize()).isEqualTo(bytes);
            Usage used = Usage.now().since(before, 1);
            assertThat(used.minorFaults()).isGreaterThanOrEqualTo(bytes / largestPage);
            assertThat(used.userMs() + used.systemMs()).isNotNegative();
        }
    }
}
