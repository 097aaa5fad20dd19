package dev.voxgrad.nativecheck;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import dev.voxgrad.nativecheck.check.Check;
import dev.voxgrad.nativecheck.check.Fact;
import dev.voxgrad.nativecheck.check.Rows;
import dev.voxgrad.nativecheck.report.Finding;
import dev.voxgrad.nativecheck.report.Impact;
import dev.voxgrad.nativecheck.report.Section;
import dev.voxgrad.nativecheck.report.Status;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests that a check that fails itself becomes one row, and that text, JSON and verdict are complete nevertheless. */
class RowsTest {
    private final List<Throwable> errors = new ArrayList<>();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void throwingCheckIsOneRowAndOthersRun() {
        Section section = broken();
        assertThat(section.findings()).extracting(Finding::name).containsExactly("looking", "judging", "all", "good");
        assertThat(section.findings())
                .extracting(Finding::status)
                .containsExactly(Status.FAIL, Status.FAIL, Status.FAIL, Status.PASS);
        assertThat(section.findings().getFirst().found())
                .isEqualTo("internal error: java.lang.IllegalArgumentException: duplicate element: fpu");
        assertThat(section.findings().getFirst().fix()).contains("--debug");
        assertThat(section.findings())
                .extracting(Finding::impact)
                .containsExactly(Impact.UNKNOWN, Impact.UNKNOWN, Impact.UNKNOWN, Impact.NONE);
        assertThat(errors).hasSize(3);
    }

    @Test
    void returnsFallbackForSharedInput() {
        Rows rows = new Rows(errors::add);
        assertThat(rows.need("jars", 7, () -> 8)).isEqualTo(8);
        assertThat(rows.need("jars", 7, RowsTest::fail)).isEqualTo(7);
        assertThat(rows.section("Jars").findings()).extracting(Finding::name).containsExactly("jars");
    }

    @Test
    void textAndVerdictComeWithExitCode70() {
        assertThat(diagnose(false, false, () -> List.of(broken()))).isEqualTo(70);
        assertThat(out.toString().lines())
                .contains(
                        "  FAIL  looking        internal error: "
                                + "java.lang.IllegalArgumentException: duplicate element: fpu",
                        "  PASS  good           fine");
        assertThat(out.toString().lines().toList().getLast())
                .startsWith("The trainer would use the CPU")
                .endsWith("because 3 checks failed with an internal error: looking, judging, all.");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void jsonComesWithExitCode70() {
        assertThat(diagnose(true, false, () -> List.of(broken()))).isEqualTo(70);
        JsonNode json = new JsonMapper().readTree(out.toString());
        assertThat(json.get("exitCode").asInt()).isEqualTo(70);
        assertThat(json.get("readiness").asString()).isEqualTo("UNKNOWN");
        assertThat(json.at("/sections/0/findings/1/status").asString()).isEqualTo("FAIL");
    }

    @Test
    void failureOfTheCommandIsOneSentence() {
        assertThat(diagnose(true, false, RowsTest::fail)).isEqualTo(70);
        assertThat(err.toString())
                .isEqualTo("native-check: internal error: java.lang.IllegalArgumentException: "
                        + "duplicate element: fpu. Please report it together with the output of --debug."
                        + System.lineSeparator());
        assertThat(diagnose(false, false, () -> {
                    throw new StackOverflowError();
                }))
                .isEqualTo(70);
    }

    @Test
    void debugShowsStackTrace() {
        assertThat(diagnose(false, true, RowsTest::fail)).isEqualTo(70);
        assertThat(err.toString()).contains("\tat ");
    }

    private Section broken() {
        return new Rows(errors::add)
                .look("looking", RowsTest::fail)
                .look("judging", () -> new Check() {
                    @Override
                    public Finding judge() {
                        throw new StackOverflowError();
                    }

                    @Override
                    public Impact impact() {
                        return Impact.TRAINER;
                    }
                })
                .lookAll("all", RowsTest::fail)
                .look("good", () -> new Fact("good", "fine"))
                .section("Things");
    }

    private static <T> T fail() {
        throw new IllegalArgumentException("duplicate element: fpu");
    }

    private int diagnose(boolean json, boolean debug, Supplier<List<Section>> look) {
        return new Diagnosis("native-check", new PrintWriter(out), new PrintWriter(err), json, debug).of(look);
    }
}
