package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests {@code mvnw} with a fake Maven that prints its arguments. */
@Timeout(120)
class MvnwTest {
    private static final String SCRIPT = """
            mkdir bin
            printf '%%s\\n' '#!/bin/sh' 'if [ "$1" = -v ]; then echo "Apache Maven 3.9.9"; exit; fi' \
                'echo "options $MAVEN_OPTS"; for word in "$@"; do echo "<$word>"; done' >bin/mvn
            chmod +x bin/mvn
            unset https_proxy HTTPS_PROXY all_proxy ALL_PROXY no_proxy NO_PROXY MAVEN_OPTS MVNW_FORCE_DOWNLOAD
            export PATH="$PWD/bin:$PATH"
            %s "$0" verify
            """;

    @TempDir
    private Path folder;

    private String run(String environment) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        "sh",
                        "-c",
                        String.format(SCRIPT, environment),
                        Path.of("..")
                                .toAbsolutePath()
                                .normalize()
                                .resolve("mvnw")
                                .toString())
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    @Test
    void passesTheProxyToMaven() throws IOException, InterruptedException {
        assertThat(run("https_proxy=http://proxy.example:3128/ no_proxy=.a.org,b.c"))
                .contains("-Dhttps.proxyHost=proxy.example -Dhttps.proxyPort=3128 ")
                .contains("<-Dhttp.nonProxyHosts=localhost|127.*|a.org|*.a.org|b.c|*.b.c>\n")
                .endsWith("<verify>\n");
    }

    @Test
    void ignoresProxiesThatMavenCannotUse() throws IOException, InterruptedException {
        for (String environment : new String[] {
            "HOME=",
            "env -u HOME",
            "https_proxy=http://me:secret@proxy:1",
            "https_proxy=proxy:1 no_proxy='*'",
            "HTTPS_PROXY=socks5://proxy:1"
        }) {
            assertThat(run(environment)).doesNotContain("proxy").endsWith("<verify>\n");
        }
        assertThat(run("https_proxy=proxy:1 MAVEN_OPTS=-Dhttps.proxyHost=mine"))
                .contains("-Dhttps.proxyHost=mine")
                .doesNotContain("proxyPort");
    }
}
