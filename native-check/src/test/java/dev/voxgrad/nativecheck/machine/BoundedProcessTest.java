package dev.voxgrad.nativecheck.machine;

import java.util.HashMap;
import java.util.Map;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests the environment in which child processes run. */
class BoundedProcessTest {
    @Test
    void reportsErrorsInEnglishAndKeepsTheCharset() {
        Map<String, String> turkish = new HashMap<>(Map.of("LANG", "de_DE.UTF-8", "LC_ALL", "tr_TR.UTF-8"));
        BoundedProcess.useEnglishMessages(turkish);
        assertThat(turkish).isEqualTo(Map.of("LANG", "de_DE.UTF-8", "LC_CTYPE", "tr_TR.UTF-8", "LC_MESSAGES", "C"));
        Map<String, String> german = new HashMap<>(Map.of("LANG", "de_DE.UTF-8", "LC_ALL", ""));
        BoundedProcess.useEnglishMessages(german);
        assertThat(german).isEqualTo(Map.of("LANG", "de_DE.UTF-8", "LC_MESSAGES", "C"));
    }
}
