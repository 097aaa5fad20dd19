package dev.voxgrad.nativecheck.library;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Tests unpacking a fake jar, and the launchers' search for the unpacked libraries. */
@EnabledOnOs(OS.LINUX)
class LibraryCacheTest {
    private static final String INSIDE = "org/bytedeco/cuda/linux-x86_64/";
    private static final Path SCRIPT = Path.of("..", ".launcher", "cuda-libraries.sh");

    @TempDir
    private Path root;

    private LibraryCache cache;

    @BeforeEach
    void useFolderWithSpacesInTheName() {
        cache = LibraryCache.of(environment());
    }

    @Test
    void unpacksOnlyRequiredLibraries() throws IOException {
        Path jar = jarWithout("none");
        assertThat(cache.unpack(jar, sum(jar))).startsWith("12 CUDA libraries are now in " + cache.folder() + ", ");
        assertThat(names(cache.folder()))
                .containsExactlyInAnyOrderElementsOf(libraries().stream()
                        .map(name -> name.substring(INSIDE.length()))
                        .toList());
        for (String name : libraries()) {
            assertThat(cache.folder().resolve(name.substring(INSIDE.length()))).hasContent("content of " + name);
        }
        assertThat(names(cache.folder().getParent())).containsExactlyInAnyOrder("cuda-12.6", "cuda-12.6.lock");
    }

    @Test
    void leavesExistingFolderAlone() throws IOException {
        Files.createDirectories(cache.folder());
        assertThat(cache.unpack(root.resolve("none.jar"), "")).contains("already", "delete that folder");
        assertThat(names(cache.folder())).isEmpty();
    }

    @Test
    void rejectsJarWithWrongChecksum() throws IOException {
        Path jar = jarWithout("none");
        String wanted = sum(jar);
        Files.write(jar, new byte[1], StandardOpenOption.APPEND);
        assertThatThrownBy(() -> cache.unpack(jar, wanted))
                .isInstanceOf(IOException.class)
                .hasMessage("the SHA-256 of " + jar + " is " + sum(jar) + ", not " + wanted
                        + "; delete that file so that Maven downloads it again");
        assertThat(cache.folder()).doesNotExist();
    }

    @Test
    void rejectsJarThatLacksALibrary() throws IOException {
        for (String missing : libraries()) {
            Path jar = jarWithout(missing);
            assertThatThrownBy(() -> cache.unpack(jar, sum(jar)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(jar + " has no " + missing.replace(".so.12.6", ".so.12"));
            assertThat(cache.folder()).doesNotExist();
        }
    }

    /** Tests that an attempt after a full disk or a killed process starts from scratch. */
    @Test
    void restartsAfterInterruptedUnpacking() throws IOException {
        Path unfinished = Files.createDirectories(cache.folder().resolveSibling("cuda-12.6.unfinished"));
        Files.writeString(unfinished.resolve("libcublas.so.12"), "half");
        Files.writeString(unfinished.resolve("libother.so.1"), "old");
        assertThat(cache.folder()).doesNotExist();
        Path jar = jarWithout("none");
        cache.unpack(jar, sum(jar));
        assertThat(unfinished).doesNotExist();
        assertThat(names(cache.folder())).hasSize(12).doesNotContain("libother.so.1");
    }

    @Test
    void launchersAddTheFolderIfThereIsADriver() throws IOException, InterruptedException {
        assertThat(libraryPath("", true)).as("nothing is unpacked").isEqualTo("not set");
        Files.createDirectories(cache.folder());
        assertThat(libraryPath("", true)).isEqualTo(cache.folder().toString());
        assertThat(libraryPath("/a:/b", true)).isEqualTo("/a:/b:" + cache.folder());
        assertThat(libraryPath("/a:/b", false)).isEqualTo("/a:/b");
        assertThat(libraryPath("", false)).isEqualTo("not set");
    }

    @Test
    void launchersAlsoLookInTheHomeFolder() throws IOException, InterruptedException {
        Map<String, String> environment = Map.of("HOME", root.toString());
        Path folder = LibraryCache.of(environment).folder();
        assertThat(folder).isEqualTo(root.resolve(".cache/voxgrad/cuda-12.6"));
        Files.createDirectories(folder);
        assertThat(libraryPath(environment, true)).isEqualTo(folder.toString());
        assertThat(CudaFolders.of(root, environment)).contains(folder);
    }

    private Map<String, String> environment() {
        return Map.of(
                "HOME", "/nowhere", "XDG_CACHE_HOME", root.resolve("my cache").toString());
    }

    private String libraryPath(String before, boolean driver) throws IOException, InterruptedException {
        Map<String, String> environment = new HashMap<>(environment());
        if (!before.isEmpty()) {
            environment.put("LD_LIBRARY_PATH", before);
        }
        return libraryPath(environment, driver);
    }

    /** Returns what the script sets LD_LIBRARY_PATH to, with the driver's devices replaced by other files. */
    private String libraryPath(Map<String, String> environment, boolean driver)
            throws IOException, InterruptedException {
        String text = Files.readString(SCRIPT);
        assertThat(text).contains("[ -e /dev/nvidiactl ]", "[ -e /dev/dxg ]");
        Path script = Files.writeString(
                root.resolve("script.sh"),
                text.replace("/dev/nvidiactl", root.resolve("none").toString())
                                .replace(
                                        "/dev/dxg",
                                        driver
                                                ? "/dev/null"
                                                : root.resolve("none").toString())
                        + "echo \"${LD_LIBRARY_PATH-not set}\"\n");
        ProcessBuilder builder = new ProcessBuilder("sh", "-eu", script.toString()).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().putAll(environment);
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("the script ends").isTrue();
        return said.strip();
    }

    /** Returns the names of the required entries in the jar. */
    private static List<String> libraries() {
        return Stream.of(NativeLibrary.values())
                .filter(library -> library != NativeLibrary.DRIVER)
                .map(library -> INSIDE + library.cuda12File() + (library == NativeLibrary.NVRTC_BUILTINS ? ".6" : ""))
                .toList();
    }

    private Path jarWithout(String missing) throws IOException {
        FakeJar jar = FakeJar.of("cuda", "1");
        Stream<String> others = Stream.of("libcudart.so.12", "libcufft.so.11", "libnvblas.so.12")
                .map(INSIDE::concat);
        Stream.concat(libraries().stream(), others)
                .filter(name -> !name.equals(missing))
                .forEach(name -> jar.with(name, ("content of " + name).getBytes(StandardCharsets.UTF_8)));
        return jar.into(root);
    }

    private static String sum(Path file) throws IOException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
