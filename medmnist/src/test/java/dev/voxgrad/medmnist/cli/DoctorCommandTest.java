package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests that the command runs native-check and passes on its report; its findings are tested in that module. */
class DoctorCommandTest {
    @Test
    void helpHasOneTableOfExitCodes() {
        String help = Cli.run("doctor", "--help").succeeded().out();
        assertThat(help.lines().filter(line -> line.contains("Exit code"))).containsExactly("Exit codes:");
        assertThat(help.lines().map(String::strip))
                .contains("0    ready for the GPU", "1    CPU only", "64   wrong use of this command");
        assertThat(help).contains("  2    broken", "  70   an internal error").doesNotContain("--root");
        assertThat(Cli.run("train", "--help").succeeded().out())
                .contains("Exit codes:\n  0 ")
                .doesNotContain("CPU only");
    }

    @Test
    void wrongUseHasItsOwnExitCode() {
        assertThat(Cli.run("doctor", "--jason").code()).isEqualTo(64);
        assertThat(Cli.run("summary", "--jason").code()).isEqualTo(2);
    }

    @Test
    void readsTheFilesOfAnotherMachine(@TempDir Path root) throws IOException {
        Files.createDirectories(root.resolve("proc"));
        Files.writeString(
                root.resolve("proc/cpuinfo"), "processor: 0\nmodel name: Made  up\nflags: fpu  avx2 fpu fma\n");
        Cli cli = Cli.run("doctor", "--json", "--root", root);
        assertThat(cli.err()).isEmpty();
        JsonNode report = JsonMapper.shared().readTree(cli.out());
        assertThat(report.at("/sections/1/findings/0/found").asString()).startsWith("Made up (");
        assertThat(cli.code()).isEqualTo(report.get("exitCode").asInt()).isBetween(0, 2);
    }

    @Test
    void returnsReportAndExitCode() {
        Cli cli = Cli.run("doctor", "--json");
        JsonNode report = JsonMapper.shared().readTree(cli.out());
        assertThat(cli.code()).isEqualTo(report.get("exitCode").asInt()).isBetween(0, 2);
        assertThat(cli.err()).isEmpty();
        assertThat(report.get("sections").size()).isGreaterThan(5);
        Cli text = Cli.run("doctor");
        assertThat(text.code()).isEqualTo(cli.code());
        assertThat(text.out().lines().toList().getLast())
                .isEqualTo(report.get("verdict").asString())
                .contains("rainer");
    }
}
