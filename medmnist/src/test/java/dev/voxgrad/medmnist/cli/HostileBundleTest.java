package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.voxgrad.medmnist.model.TrainedModel;
import dev.voxgrad.medmnist.model.ZipBytes;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests that bundles which were damaged or made to do harm are refused, before anything of them is used. */
class HostileBundleTest {
    @TempDir
    private static Path folder;

    private static final Map<String, byte[]> WHOLE = new LinkedHashMap<>();

    @BeforeAll
    static void bundle() throws IOException {
        Path npz = TestVolumes.write(folder.resolve("own.npz"), 8, 1, 2, 8, 6, 5);
        Path run = folder.resolve("run");
        Cli.run("train", "--npz", npz, "--out", run, "--models", 1, "--nets", "net1", "--epochs", 1)
                .succeeded();
        Path bundle = folder.resolve("whole.zip");
        Cli.run("bundle", run, "--without-results", "--out", bundle).succeeded();
        try (ZipFile zip = new ZipFile(bundle.toFile())) {
            for (ZipEntry entry : zip.stream().map(ZipEntry.class::cast).toList()) {
                WHOLE.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
            }
        }
        assertThat(new String(WHOLE.get("MODEL_CARD.md"), StandardCharsets.UTF_8))
                .contains("Not evaluated: this bundle was made with --without-results");
    }

    private static Cli predict(byte[] bundle) throws IOException {
        Path file = Files.write(folder.resolve("hostile.zip"), bundle);
        return Cli.run("predict", file, "--npz", folder.resolve("own.npz"), "--out", folder.resolve("scores.csv"));
    }

    private static Cli predictWith(String name, byte[] content) throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>(WHOLE);
        files.put(name, content);
        return predict(ZipBytes.of(files, ZipEntry.STORED));
    }

    private static byte[] manifest(String from, String to) {
        String text = new String(WHOLE.get("bundle.json"), StandardCharsets.UTF_8);
        assertThat(text).contains(from);
        return text.replace(from, to).getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void wholeBundleWorks() throws IOException {
        predict(ZipBytes.of(WHOLE, ZipEntry.STORED)).succeeded();
    }

    @Test
    void refusesFilesThatTheManifestDoesNotList() throws IOException {
        predictWith("../../evil.txt", new byte[] {1}).failed("differ in [../../evil.txt]");
        predictWith("/etc/evil", new byte[] {1}).failed("differ in [/etc/evil]");
        predictWith("weights/more.safetensors", new byte[] {1}).failed("differ in");
        Map<String, byte[]> fewer = new LinkedHashMap<>(WHOLE);
        fewer.remove("members.csv");
        predict(ZipBytes.of(fewer, ZipEntry.STORED)).failed("differ in [members.csv]");
        fewer.remove("bundle.json");
        predict(ZipBytes.of(fewer, ZipEntry.STORED)).failed("is not a bundle: it contains no bundle.json");
    }

    @Test
    void refusesNamesThatLeaveTheFolder() throws IOException {
        for (String name : List.of("../run.json", "/tmp/run.json", "weights/../../x", "weights\\\\x")) {
            Map<String, byte[]> files = new LinkedHashMap<>(WHOLE);
            files.put("bundle.json", manifest("\"run.json\"", "\"" + name + "\""));
            files.put(name.replace("\\\\", "\\"), files.remove("run.json"));
            predict(ZipBytes.of(files, ZipEntry.STORED)).failed("bundle.json", "the name of a file that bundles have");
        }
    }

    @Test
    void refusesCompressedFilesAndOnesOfFalseLength() throws IOException {
        Map<String, byte[]> bomb = new LinkedHashMap<>(WHOLE);
        bomb.put("README.md", new byte[50_000_000]);
        predict(ZipBytes.of(bomb, ZipEntry.DEFLATED)).failed("in compressed form");
        predictWith("README.md", new byte[10]).failed("README.md with another length");
    }

    @Test
    void refusesChangedContent() throws IOException {
        byte[] readme = WHOLE.get("README.md").clone();
        readme[5] ^= 1;
        predictWith("README.md", readme).failed("a damaged README.md: its SHA-256 does not match");
        predictWith("bundle.json", manifest("\"format\" : 1", "\"format\" : 2")).failed("format is 2; expected 1");
        predictWith("bundle.json", manifest("0.5,", "-0.5,")).failed("is a bundle that cannot be used");
        predictWith("bundle.json", new byte[20 << 20]).failed("more than any has");
        byte[] whole = ZipBytes.of(WHOLE, ZipEntry.STORED);
        predict(Arrays.copyOf(whole, whole.length - 40)).failed("is not a readable ZIP file");
    }

    @Test
    void closingRemovesTheTemporaryFolder() throws IOException {
        Path file = Files.write(folder.resolve("closed.zip"), ZipBytes.of(WHOLE, ZipEntry.STORED));
        Path unpacked;
        try (TrainedModel model = TrainedModel.open(file)) {
            unpacked = model.run().folder();
            assertThat(unpacked.resolve("weights")).isNotEmptyDirectory();
            assertThat(model.files()).hasSize(2);
        }
        assertThat(unpacked).doesNotExist();
    }
}
