package dev.voxgrad.medmnist.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What native-check finds is tested there; here, that it is reached, and its answer passed on. */
class DoctorCommandTest {
    @Test
    void passesOnReportAndExitCode() {
        Cli cli = Cli.run("doctor", "--json");
        JsonNode report = JsonMapper.shared().readTree(cli.out());
        assertThat(cli.code()).isEqualTo(report.get("exitCode").asInt()).isBetween(0, 2);
        assertThat(cli.err()).isEmpty();
        assertThat(report.get("sections").size()).isGreaterThan(5);
        Cli text = Cli.run("doctor");
        assertThat(text.code()).isEqualTo(cli.code());
        assertThat(text.out().lines().toList().getLast()).isEqualTo(report.get("verdict").asString())
                .contains("rainer");
    }
}
