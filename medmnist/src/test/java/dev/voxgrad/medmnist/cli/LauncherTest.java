package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.voxgrad.medmnist.cli.FakeCheckout.Answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Tests {@code medmnist/bin/medmnist} and {@code .launcher/*.sh} in various environments. */
@Timeout(300)
class LauncherTest {
    /** Runs the words after it as a user who owns no files here. */
    private static final String NOBODY = "setpriv --reuid=65534 --regid=65534 --clear-groups env HOME=/nonexistent ";

    @TempDir
    private Path folder;

    private FakeCheckout checkout;

    @BeforeEach
    void make() throws IOException, InterruptedException {
        checkout = new FakeCheckout(folder);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "LC_ALL=C",
                "LC_ALL=POSIX",
                "-u LC_ALL -u LC_CTYPE -u LANG",
                "-u LC_ALL LANG=tr_TR.UTF-8",
                "LC_ALL=nowhere.UTF-8",
                "LC_ALL=C.UTF-8",
                "-u HOME",
                "TERM=dumb",
                "-u TERM",
                "CDPATH=/",
                "TMPDIR=/nowhere"
            })
    void runsInAnyEnvironment(String surroundings) throws IOException, InterruptedException {
        String env = "env " + surroundings;
        Answer answer = checkout.run(env + " \"$m\" show \"$(printf 'k\\303\\266pfe')\" \"a  b\" \"it's\" ''")
                .succeeded();
        assertThat(answer.out().lines())
                .startsWith("charset UTF-8")
                .endsWith("<show>", "<k\u00c3\u00b6pfe>", "<a  b>", "<it's>", "<>");
        assertThat(answer.err()).isEqualTo("Building Voxgrad (first use, about a minute) ...\n");
        assertThat(checkout.run(env + " \"$m\" --version").succeeded().err()).isEmpty();
        assertThat(checkout.builds()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sh -u", "dash -eu", "bash -u", "bash --posix", "busybox sh -u", "ksh", "zsh --emulate sh"})
    void runsInEveryShell(String shell) throws IOException, InterruptedException {
        assumeTrue(checkout.run("command -v " + shell.split(" ")[0]).code() == 0, "is installed");
        assertThat(checkout.run("LC_ALL=C " + shell + " \"$m\" \"a  b\"")
                        .succeeded()
                        .out()
                        .lines())
                .startsWith("charset UTF-8")
                .endsWith("<a  b>");
        assertThat(checkout.run("touch \"$c/nn/src/main/New.java\"; mkdir \"$lock\"; " + shell + " \"$m\"")
                        .succeeded()
                        .err())
                .isEqualTo("Building Voxgrad (sources have changed) ...\n");
    }

    @Test
    void passesTheTemporaryFolderToJava() throws IOException, InterruptedException {
        assertThat(checkout.run("mkdir 'a b'; TMPDIR=\"$PWD/a b\" \"$m\"")
                        .succeeded()
                        .out())
                .contains("<-Djava.io.tmpdir=" + folder.toRealPath() + "/a b>");
    }

    @Test
    void takesOverALockWithoutOwner() throws IOException, InterruptedException {
        Answer answer = checkout.run("mkdir -p \"$lock\"; \"$m\"; ls \"$lock\"");
        assertThat(answer.err()).contains("Building Voxgrad").doesNotContain("Waiting");
        assertThat(answer.code()).as("the lock is gone").isNotZero();
        assertThat(checkout.builds()).isEqualTo(1);
    }

    /** The owner has ended, its process id is in use again, or a full disk cut off its id. */
    @ParameterizedTest
    @ValueSource(strings = {"$(sh -c 'echo $$')", "$$ 1 $(uname -n)", "x"})
    void takesOverALockOfADeadOwner(String owner) throws IOException, InterruptedException {
        assumeTrue(Files.exists(Path.of("/proc/self/stat")) || !owner.contains(" 1 "), "starts of processes are known");
        checkout.run("mkdir -p \"$lock\"; echo \"" + owner + "\" >\"$lock/owner\"; \"$m\"")
                .succeeded();
        assertThat(checkout.builds()).isEqualTo(1);
        assertThat(folder.resolve("checkout/target/launcher.lock")).doesNotExist();
    }

    /** The owner is on this machine, given by id only, or on another machine that shares the folder. */
    @ParameterizedTest
    @ValueSource(strings = {"$$", "1 1 another-machine"})
    void reportsThatItWaitsForAnotherLauncher(String owner) throws IOException, InterruptedException {
        Process waiting = checkout.start("mkdir -p \"$lock\"; echo \"" + owner + "\" >\"$lock/owner\"; \"$m\"");
        checkout.awaitError("Waiting for another launcher, process ", waiting);
        assertThat(checkout.builds()).isZero();
        Files.delete(folder.resolve("checkout/target/launcher.lock/owner"));
        assertThat(checkout.finish(waiting).succeeded().err()).contains("remove ", "Building Voxgrad");
        assertThat(checkout.builds()).isEqualTo(1);
    }

    @Test
    void respectsTheLockOfAnotherUser() throws IOException, InterruptedException {
        assumeAnotherUserIsPossible();
        Process waiting = checkout.start(
                "mkdir -p \"$lock\"; echo $$ >\"$lock/owner\"; chmod -R a+w \"$c\"/\n" + NOBODY + "\"$m\"");
        checkout.awaitError("Waiting for another launcher, process ", waiting);
        assertThat(checkout.builds()).isZero();
        Files.delete(folder.resolve("checkout/target/launcher.lock/owner"));
        checkout.finish(waiting).succeeded();
    }

    @Test
    void runsTheExistingBuildInAReadOnlyFolder() throws IOException, InterruptedException {
        assumeAnotherUserIsPossible();
        checkout.run("\"$m\"; touch \"$c/nn/src/main/New.java\"").succeeded();
        Answer answer = checkout.run(NOBODY + "\"$m\" status").succeeded();
        assertThat(answer.out()).endsWith("<status>\n");
        assertThat(answer.err())
                .startsWith("Voxgrad may be older than its sources, and cannot be built: ")
                .endsWith("/target may not be written. Running what is built.\n");
        assertThat(checkout.run("mkdir \"$lock\"; " + NOBODY + "\"$m\" status")
                        .succeeded()
                        .out())
                .endsWith("<status>\n");
        assertThat(checkout.builds()).isEqualTo(1);
    }

    @Test
    void reportsAMissingBuildInAReadOnlyFolder() throws IOException, InterruptedException {
        assumeAnotherUserIsPossible();
        Answer answer = checkout.run(NOBODY + "\"$m\"");
        assertThat(answer.code()).isEqualTo(1);
        assertThat(answer.err().lines())
                .singleElement()
                .asString()
                .startsWith("Voxgrad is not built, and cannot be: ")
                .contains("./mvnw -pl medmnist -am package");
    }

    @Test
    void failedBuildKeepsTheOldJar() throws IOException, InterruptedException {
        checkout.run("\"$m\"; touch \"$c/nn/src/main/New.java\" \"$c/broken\"").succeeded();
        Answer answer = checkout.run("\"$m\"");
        assertThat(answer.code()).isEqualTo(1);
        assertThat(answer.err()).contains("Source.java does not compile", "could not be built");
        assertThat(folder.resolve("checkout/medmnist/target/medmnist-9.jar")).exists();
        assertThat(folder.resolve("checkout/target/launcher.lock")).doesNotExist();
    }

    @Test
    void signalEndsTheBuildAndReleasesTheLock() throws IOException, InterruptedException {
        Answer answer = checkout.run("""
                touch "$c/slow"
                "$m" & launcher=$!
                until [ -f "$c/started" ]; do sleep 0.1; done
                kill $launcher
                wait $launcher""");
        assertThat(answer.code()).isEqualTo(143);
        assertThat(folder.resolve("checkout/target/launcher.lock")).doesNotExist();
    }

    /** The launchers wait for each other, and the later ones find that the build is up to date. */
    @Test
    void concurrentLaunchersBuildOnce() throws IOException, InterruptedException {
        checkout.run("mkdir -p \"$lock\"; for i in 1 2 3 4; do \"$m\" & done; wait")
                .succeeded();
        assertThat(checkout.builds()).isEqualTo(1);
    }

    private void assumeAnotherUserIsPossible() throws IOException, InterruptedException {
        // Another user must be able to enter this folder as well.
        assumeTrue(
                checkout.run("chmod 755 . && " + NOBODY + "test -r \"$c/pom.xml\"")
                                .code()
                        == 0,
                "only root may become another user");
    }
}
