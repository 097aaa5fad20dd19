package dev.voxgrad.nativecheck.report;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests quoting for the shell. */
class ShellTest {
    @Test
    void quotesSpecialCharacters() {
        assertThat(Shell.quote("/opt/Süd/lib-1.2")).isEqualTo("/opt/Süd/lib-1.2");
        assertThat(Shell.quote("/opt/a b/$(x)'s")).isEqualTo("'/opt/a b/$(x)'\\''s'");
    }
}
