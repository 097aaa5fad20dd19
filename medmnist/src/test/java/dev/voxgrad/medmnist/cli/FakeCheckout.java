package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Copies the launchers of this checkout to a fake one that builds at once: its {@code mvnw} creates an empty jar, and
 * its Java prints its character set and arguments. The path contains a blank, a quote mark and a letter outside ASCII.
 * Only the shell writes this path, since this JVM may be unable to.
 */
final class FakeCheckout {
    private static final String MAKE = """
            set -eu
            c="$PWD/$(printf "S\\303\\274d's checkout")"
            mkdir -p "$c/.launcher" "$c/medmnist/bin" "$c/jdk/bin"
            cp "$1"/.launcher/*.sh "$c/.launcher"
            cp "$1/medmnist/bin/medmnist" "$c/medmnist/bin"
            echo '<version>9</version>' >"$c/pom.xml"
            for module in engine nn native-check medmnist; do
              mkdir -p "$c/$module/src/main"
              touch "$c/$module/pom.xml" "$c/$module/src/main/Source.java"
            done
            cat >"$c/mvnw" <<'END'
            #!/bin/sh
            echo build >>builds
            if [ -f slow ]; then touch started; exec sleep 60; fi
            if [ -f broken ]; then echo "Source.java does not compile"; exit 1; fi
            mkdir -p medmnist/target && touch medmnist/target/medmnist-9.jar
            END
            touch "$c/jdk/bin/javac"
            echo 'JAVA_VERSION="25.0.1"' >"$c/jdk/release"
            cat >"$c/jdk/bin/java" <<'END'
            #!/bin/sh
            echo "charset $(locale charmap)"
            for word in "$@"; do echo "<$word>"; done
            END
            chmod 755 . "$c/mvnw" "$c"/jdk/bin/*
            ln -s "$c" checkout
            """;

    private final Path folder;

    /** The output of a shell and its exit code. */
    record Answer(int code, String out, String err) {
        Answer succeeded() {
            assertThat(code).as(err).isZero();
            return this;
        }
    }

    /** Creates the checkout in an empty folder. */
    FakeCheckout(Path folder) throws IOException, InterruptedException {
        this.folder = folder;
        Files.writeString(folder.resolve("make.sh"), MAKE);
        finish(shell("make.sh", Path.of("..").toAbsolutePath().toString())).succeeded();
    }

    /** Runs lines of shell, in which {@code $m} is the launcher and {@code $lock} its lock. */
    Answer run(String lines) throws IOException, InterruptedException {
        return finish(start(lines));
    }

    /** Starts lines of shell. */
    Process start(String lines) throws IOException {
        Files.writeString(folder.resolve("run.sh"), """
                c=$PWD/checkout m=$PWD/checkout/medmnist/bin/medmnist lock=$PWD/checkout/target/launcher.lock
                export JAVA_HOME="$c/jdk"
                """ + lines + "\n");
        return shell("run.sh");
    }

    private Process shell(String... words) throws IOException {
        return new ProcessBuilder(
                        Stream.concat(Stream.of("sh"), Stream.of(words)).toList())
                .directory(folder.toFile())
                .redirectOutput(folder.resolve("out").toFile())
                .redirectError(folder.resolve("err").toFile())
                .start();
    }

    Answer finish(Process process) throws IOException, InterruptedException {
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).as("ends").isTrue();
        return new Answer(process.exitValue(), said("out"), said("err"));
    }

    /** Returns the output so far on {@code out} or {@code err}. */
    String said(String where) throws IOException {
        return Files.readString(folder.resolve(where), StandardCharsets.ISO_8859_1);
    }

    /** Returns the number of builds so far. */
    long builds() throws IOException {
        Path builds = folder.resolve("checkout/builds");
        return Files.exists(builds) ? Files.readAllLines(builds).size() : 0;
    }

    /** Waits until standard error contains the text; the process must be alive until then. */
    void awaitError(String text, Process process) throws IOException, InterruptedException {
        while (!said("err").contains(text)) {
            assertThat(process.isAlive()).as(said("err")).isTrue();
            Thread.sleep(20);
        }
    }
}
