package dev.voxgrad.nativecheck;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import dev.voxgrad.nativecheck.library.FakeLibrary;
import dev.voxgrad.nativecheck.library.LibraryPath;
import dev.voxgrad.nativecheck.machine.FakeRoot;
import dev.voxgrad.nativecheck.probe.ChildProcess;
import dev.voxgrad.nativecheck.report.Finding;
import dev.voxgrad.nativecheck.report.Report;
import dev.voxgrad.nativecheck.report.Section;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests the whole command on the files of other machines. */
@EnabledOnOs(OS.LINUX)
class FakeRootTest {
    private static final String[] TITLES = {
        "Java", "CPU", "Memory", "Temp folder", "Jars", "GPU", "Libraries", "Versions", "Smoke tests"
    };

    @TempDir
    private Path root;

    private final List<Throwable> errors = new ArrayList<>();

    /** Runs without child processes, which would examine this machine. */
    @ParameterizedTest
    @EnumSource
    void reportsEveryMachineWithoutInternalError(FakeRoot machine) throws IOException {
        machine.write(root);
        ChildProcess noChild = new ChildProcess(root.resolve("no java"), "", Duration.ofSeconds(1));
        List<Section> sections = new Machine(noChild, root, errors::add).look();
        assertThat(errors).isEmpty();
        assertThat(sections).extracting(Section::title).containsExactly(TITLES);
        assertThat(named(sections, "model").found())
                .isEqualTo(machine.model() + " (" + System.getProperty("os.arch") + ")");
        int cores = Math.max(machine.cores(), Runtime.getRuntime().availableProcessors());
        assertThat(named(sections, "cores").found()).contains(" of " + cores + " cores usable");
        JsonNode json = new JsonMapper().readTree(Report.of(sections).json());
        assertThat(json.get("verdict").asString()).startsWith("The trainer would ");
    }

    @ParameterizedTest
    @EnumSource(names = {"TWO_BLANKS", "NOT_UTF_8", "LINKS_IN_A_CIRCLE"})
    void exitCodeEqualsThePrintedOne(FakeRoot machine) throws IOException {
        machine.write(root);
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Main.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute("--json", "--debug", "--root", root.toString());
        assertThat(err.toString()).isEmpty();
        JsonNode report = new JsonMapper().readTree(out.toString());
        assertThat(code).isEqualTo(report.get("exitCode").asInt()).isBetween(0, 2);
        assertThat(report.at("/sections/1/findings/0/found").asString()).startsWith(machine.model());
        assertThat(report.at("/sections/1/findings/3/name").asString()).isEqualTo("Vector API");
        assertThat(report.at("/sections/1/findings/3/status").asString()).isNotEqualTo("FAIL");
    }

    @Test
    void readsLoaderCacheOfTheRoot() throws IOException {
        Path library = FakeLibrary.named("libcudnn.so.9").into(Files.createDirectories(root.resolve("far")));
        ldconfig("printf 'Fichier cache\\xe9: 1 bibl.\\n\\tlibcudnn.so.9 (libc6,x86-64) => " + library
                + "\\n\\tlibx.so (libc6,x86-64) => \\n  => (\\n\\0\\n'; exit 3");
        LibraryPath path = LibraryPath.ofThisProcess(root);
        assertThat(path.cache()).containsOnlyKeys("libcudnn.so.9");
        assertThat(path.find("libcudnn.so.9", List.of())).contains(library);
    }

    @Test
    void truncatesEndlessLoaderCache() throws IOException {
        ldconfig("while :; do echo '\tlibx.so.1 (libc6,x86-64) => /libx.so.1'; done");
        assertThat(LibraryPath.ofThisProcess(root).cache()).containsOnlyKeys("libx.so.1");
        ldconfig("kill -KILL $$");
        assertThat(LibraryPath.ofThisProcess(root).cache()).isEmpty();
        Files.writeString(root.resolve("sbin/ldconfig"), "\0no program\0");
        assertThat(LibraryPath.ofThisProcess(root).cache()).isEmpty();
    }

    private void ldconfig(String script) throws IOException {
        Files.createDirectories(root.resolve("sbin"));
        Path file = Files.writeString(root.resolve("sbin/ldconfig"), "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static Finding named(List<Section> sections, String name) {
        return sections.stream()
                .flatMap(section -> section.findings().stream())
                .filter(finding -> finding.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
