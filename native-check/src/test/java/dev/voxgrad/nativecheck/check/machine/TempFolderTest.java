package dev.voxgrad.nativecheck.check.machine;

import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import dev.voxgrad.nativecheck.check.cuda.StaleNativesCheck;
import dev.voxgrad.nativecheck.library.FakeJar;
import dev.voxgrad.nativecheck.library.JCudaJar;
import dev.voxgrad.nativecheck.machine.Mount;
import dev.voxgrad.nativecheck.report.Finding;
import dev.voxgrad.nativecheck.report.Shell;
import dev.voxgrad.nativecheck.report.Status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Tests folders for temporary files that JCuda cannot use, and files there that it should not use. */
class TempFolderTest {
    private static final byte[] LIBRARY = "the library in the jar".getBytes(StandardCharsets.US_ASCII);
    private static final String NAME = "libJCudaDriver-12.6.0-linux-x86_64.so";

    @TempDir
    private Path folder;

    @Test
    void leavesGoodFolderUnchanged() throws IOException {
        assertThat(TempFolderCheck.look(folder).judge().status()).isEqualTo(Status.PASS);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void missingFolderFails() throws IOException {
        Finding missing = TempFolderCheck.look(folder.resolve("none")).judge();
        assertThat(missing.status()).isEqualTo(Status.FAIL);
        assertThat(missing.found()).isEqualTo("the temp folder " + folder.resolve("none") + " does not exist");
        assertThat(missing.fix()).contains("-Djava.io.tmpdir=");
        Path file = Files.createFile(folder.resolve("file"));
        assertThat(TempFolderCheck.look(file).problem()).contains("does not exist");
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void readOnlyFolderFails() {
        assertThat(folder.toFile().setWritable(false)).isTrue();
        assumeTrue(!Files.isWritable(folder), "an administrator may write everywhere");
        assertThat(TempFolderCheck.look(folder).judge().found())
                .isEqualTo("the temp folder " + folder + " is not writable (AccessDeniedException)");
    }

    /** Tests a folder in which even an administrator cannot create a file. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void kernelFolderFails() {
        Finding finding = TempFolderCheck.look(Path.of("/proc")).judge();
        assertThat(finding.status()).isEqualTo(Status.FAIL);
        assertThat(finding.found()).startsWith("the temp folder /proc is not writable (");
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void usesDeepestAndLatestMount() throws IOException {
        Path table = Files.writeString(folder.resolve("mounts"), """
                overlay / overlay rw,relatime 0 0
                tmpfs /tmp tmpfs rw,nosuid,noexec 0 0
                tmpfs /tmp/my\\040folder tmpfs rw 0 0
                tmpfs /var/tmp tmpfs rw,noexec 0 0
                tmpfs /var/tmp tmpfs rw,exec 0 0
                damaged
                """);
        Mount noexec = Mount.of(table, Path.of("/tmp/x"));
        assertThat(noexec).isEqualTo(new Mount(Path.of("/tmp"), Set.of("rw", "nosuid", "noexec")));
        assertThat(Mount.of(table, Path.of("/tmp/my folder/x")).options()).containsExactly("rw");
        assertThat(Mount.of(table, Path.of("/var/tmp")).options()).doesNotContain("noexec");
        assertThat(Mount.of(table, Path.of("/tmpx")).point()).isEqualTo(Path.of("/"));
        assertThat(Mount.of(folder.resolve("none"), Path.of("/tmp")).options()).isEmpty();

        Finding finding = new TempExecutableCheck(Path.of("/tmp/x"), noexec).judge();
        assertThat(finding.status()).isEqualTo(Status.FAIL);
        assertThat(finding.found())
                .isEqualTo("the temp folder /tmp/x is on /tmp, which is mounted noexec: "
                        + "libraries cannot be loaded from it");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void readsMountNamesAsBytes() throws IOException {
        // "dä x" in UTF-8 with the blank as the kernel writes it, then bytes that are not UTF-8, then short lines.
        byte[] table = ("tmpfs /t\\303\\244 x\ntmpfs /d\u00c3\u00a4\\040x tmpfs rw,noexec 0 0\n"
                        + "x /d\u00ff tmpfs rw 0 0\n"
                        + " \n\n\\\nx /\\4 y\nx /\\777 y z\nx /d\r y noexec\n")
                .getBytes(StandardCharsets.ISO_8859_1);
        Path file = Files.write(folder.resolve("mounts"), table);
        Path umlaut = Path.of(URI.create("file:///d%C3%A4%20x/y"));
        Mount mount = Mount.of(file, umlaut);
        assertThat(mount.point()).isEqualTo(umlaut.getParent());
        assertThat(mount.options()).containsExactlyInAnyOrder("rw", "noexec");
        Path noText = Path.of(URI.create("file:///d%FF/y"));
        assertThat(Mount.of(file, noText).options()).containsExactly("rw");
        assertThat(Mount.of(file, Path.of("/d")).options()).isEmpty();
        assertThat(Mount.of(folder, Path.of("/d")).options()).isEmpty();
    }

    @Test
    void comparesLeftLibrariesWithTheJars() throws IOException {
        List<JCudaJar> jars = jars();
        assertThat(StaleNativesCheck.look(folder, jars).judge().found())
                .isEqualTo("none of JCuda's libraries is there");
        Path left = Files.write(folder.resolve(NAME), LIBRARY);
        assertThat(StaleNativesCheck.look(folder, jars).judge().found()).startsWith("1 of JCuda's libraries");

        byte[] sameLength = LIBRARY.clone();
        sameLength[3]++;
        for (byte[] wrong : List.of(sameLength, new byte[0])) {
            Files.write(left, wrong);
            Finding finding = StaleNativesCheck.look(folder, jars).judge();
            assertThat(finding.status()).isEqualTo(Status.FAIL);
            assertThat(finding.found()).startsWith(left + " differs from the library of that name in the jar");
            assertThat(finding.fix()).isEqualTo("delete it: rm " + Shell.quote(left.toString()));
        }
    }

    private List<JCudaJar> jars() throws IOException {
        Path jar = FakeJar.of("jcuda-natives", "12.6.0")
                .with("lib/" + NAME, LIBRARY)
                .into(folder);
        try (URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, null)) {
            return JCudaJar.find(loader, "jcuda-natives");
        }
    }
}
