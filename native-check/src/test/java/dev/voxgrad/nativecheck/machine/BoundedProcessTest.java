package dev.voxgrad.nativecheck.machine;

import java.util.HashMap;
import java.util.Map;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests the environment in which child processes run. */
class BoundedProcessTest {
    @Test
    void errorsAreInEnglishAndFileNamesKeepTheirCharacterSet() {
        Map<String, String> turkish = new HashMap<>(Map.of("LANG", "de_DE.UTF-8", "LC_ALL", "tr_TR.UTF-8"));
        BoundedProcess.speakEnglish(turkish);
        assertThat(turkish).isEqualTo(Map.of("LANG", "de_DE.UTF-8", "LC_CTYPE", "tr_TR.UTF-8", "LC_MESSAGES", "C"));
        Map<String, String> german = new HashMap<>(Map.of("LANG", "de_DE.UTF-8", "LC_ALL", ""));
        BoundedProcess.speakEnglish(german);
        assertThat(german).isEqualTo(Map.of("LANG", "de_DE.UTF-8", "LC_MESSAGES", "C"));
    }
}
