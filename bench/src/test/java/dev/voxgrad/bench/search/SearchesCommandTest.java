package dev.voxgrad.bench.search;

import java.io.PrintWriter;
import java.io.StringWriter;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class SearchesCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int execute(String... arguments) {
        return SearchesCommand.execute(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }

    @Test
    void helpTeaches() {
        assertThat(execute("--help")).isZero();
        assertThat(out.toString()).contains("--strategies", "--seeds", "Examples:");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "--budget=30m|--budget is 30m; expected epochs, such as 40epochs",
                "--strategies=luck|--strategy is 'luck'; expected asha",
                "--seeds=0|--seeds is 0; expected 1 to 1000"
            })
    void wrongUseIsExplainedBeforeAnySearch(String option, String message) {
        assertThat(execute("--out", "runs", option, "--", "--flag", "adrenalmnist3d"))
                .isEqualTo(2);
        assertThat(err.toString()).contains(message);
    }
}
