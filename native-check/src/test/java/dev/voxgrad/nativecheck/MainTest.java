package dev.voxgrad.nativecheck;

import java.io.PrintWriter;
import java.io.StringWriter;

import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import dev.voxgrad.nativecheck.report.ExitCodes;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests the command line: its help, its exit codes and its JSON. */
class MainTest {
    @Test
    void exitCodeEqualsThePrintedOne() {
        StringWriter out = new StringWriter();
        CommandLine command = Main.commandLine().setOut(new PrintWriter(out));
        int exitCode = command.execute("--json");
        JsonNode json = new JsonMapper().readTree(out.toString());
        assertThat(json.get("exitCode").asInt()).isEqualTo(exitCode);
        assertThat(json.get("sections")
                        .valueStream()
                        .map(section -> section.get("title").asString()))
                .containsExactly(
                        "Java", "CPU", "Memory", "Temp folder", "Jars", "GPU", "Libraries", "Versions", "Smoke tests");
    }

    @Test
    void wrongUseHasItsOwnExitCode() {
        CommandLine command = Main.commandLine().setErr(new PrintWriter(new StringWriter()));
        assertThat(command.execute("--jason")).isEqualTo(ExitCodes.WRONG_USE);
    }

    @Test
    void helpHasOneTableOfExitCodes() {
        String help = Main.commandLine().getUsageMessage(CommandLine.Help.Ansi.OFF);
        assertThat(help.lines().map(String::strip))
                .containsOnlyOnce("Exit codes:")
                .contains("0    ready for the GPU", "1    CPU only", "64   wrong use of this command");
        assertThat(help)
                .contains("  70   an internal error")
                .contains("--debug")
                .doesNotContain("--root");
    }
}
