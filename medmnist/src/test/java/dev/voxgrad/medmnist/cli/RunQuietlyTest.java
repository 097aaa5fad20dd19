package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests {@code .launcher/run-quietly.sh} with the real program and standard error in a file. */
@Timeout(300)
class RunQuietlyTest {
    private static final String SCRIPT = """
            . ../.launcher/run-quietly.sh
            %s
            run_quietly "$@"
            """;

    @TempDir
    private Path folder;

    private String standardError(String settings, int code, String command) throws IOException, InterruptedException {
        Path err = folder.resolve("err");
        Process process = new ProcessBuilder(
                        "sh",
                        "-c",
                        String.format(SCRIPT, settings),
                        "sh",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-modules=jdk.incubator.vector",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        command)
                .redirectOutput(folder.resolve("out").toFile())
                .redirectError(err.toFile())
                .start();
        assertThat(process.waitFor(200, TimeUnit.SECONDS)).isTrue();
        String said = Files.readString(err); // at once
        assertThat(process.exitValue()).as(said).isEqualTo(code);
        return said;
    }

    @RepeatedTest(2)
    void fileIsCompleteWhenTheProgramEnds() throws IOException, InterruptedException {
        assertThat(standardError("waits_for_filter=yes", 2, "nonsense").lines())
                .startsWith("medmnist: Unmatched argument at index 0: 'nonsense'")
                .endsWith("Try 'medmnist --help'.");
        assertThat(standardError("waits_for_filter=yes", 0, "--version")).isEmpty();
    }

    @Test
    void programsThatDoNotWaitWriteDirectly() throws IOException, InterruptedException {
        assertThat(standardError("", 0, "--version")).startsWith("WARNING: Using incubator modules");
    }
}
