package dev.voxgrad.nativecheck.check.cuda;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.voxgrad.nativecheck.library.FakeJar;
import dev.voxgrad.nativecheck.library.JCudaJar;
import dev.voxgrad.nativecheck.report.Finding;
import dev.voxgrad.nativecheck.report.Status;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests the check of JCuda's jars with those of this build and with fake ones. */
class JarsTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"jcuda", "jcublas", "jcudnn"})
    void thisBuildUsesTheTestedVersions(String artifact) {
        List<JCudaJar> found = JCudaJar.find(JarsTest.class.getClassLoader(), artifact);
        assertThat(found).hasSize(1);
        assertThat(found.getFirst().place()).endsWith(".jar").doesNotContain("%", "!");
        assertThat(new JarCheck(artifact, found).judge().status()).isEqualTo(Status.PASS);
    }

    @Test
    void otherVersionIsAMismatch() throws IOException {
        Finding finding = check("jcuda", "12.4.0");
        assertThat(finding.status()).isEqualTo(Status.FAIL);
        assertThat(finding.found())
                .isEqualTo("jar mismatch: jcuda 12.4.0 is on the class path, " + folder.resolve("jcuda-12.4.0.jar"));
        assertThat(finding.wanted())
                .contains("jcuda 12.6.0")
                .contains("jcublas 12.6.0")
                .contains("jcudnn 11.7.0")
                .contains("jcudnn-natives 12.6.0");
    }

    @Test
    void secondVersionOnClassPathIsAMismatch() throws IOException {
        assertThat(check("jcudnn", "11.7.0", "10.2.0").found()).startsWith("jar mismatch: jcudnn 10.2.0");
        assertThat(check("jcudnn", "11.7.0").status()).isEqualTo(Status.PASS);
    }

    @Test
    void missingJarIsNamed() throws IOException {
        Finding finding = check("jcudnn-natives");
        assertThat(finding.status()).isEqualTo(Status.FAIL);
        assertThat(finding.found()).isEqualTo("jcudnn-natives is not on the class path");
        assertThat(finding.wanted()).isEqualTo("jcudnn-natives 12.6.0");
    }

    private Finding check(String artifact, String... versions) throws IOException {
        List<URL> classPath = new ArrayList<>();
        for (String version : versions) {
            classPath.add(FakeJar.of(artifact, version).into(folder).toUri().toURL());
        }
        try (URLClassLoader loader = new URLClassLoader(classPath.toArray(URL[]::new), null)) {
            return new JarCheck(artifact, JCudaJar.find(loader, artifact)).judge();
        }
    }
}
