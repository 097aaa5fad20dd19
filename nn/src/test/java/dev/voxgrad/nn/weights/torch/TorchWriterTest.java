package dev.voxgrad.nn.weights.torch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.nn.NamedTensor;
import dev.voxgrad.nn.weights.WeightsFile;

import static org.assertj.core.api.Assertions.assertThat;

/** Compares what is written with {@link TorchBytes}, and reads it again. */
class TorchWriterTest {
    @TempDir
    private Path folder;

    private static SequencedMap<String, NamedTensor> tensors() {
        SequencedMap<String, NamedTensor> tensors = new LinkedHashMap<>();
        for (NamedTensor tensor : List.of(
                new NamedTensor.Floats("ü.weight", Shape.of(2, 3), new float[] {1, -0f, Float.NaN, 4, 5, 6}),
                new NamedTensor.Longs("bn.num_batches_tracked", Long.MIN_VALUE),
                new NamedTensor.Floats("empty", Shape.allowingZero(2, 0, 3), new float[0]))) {
            tensors.put(tensor.name(), tensor);
        }
        return tensors;
    }

    private static SequencedMap<String, String> metadata() {
        SequencedMap<String, String> metadata = new LinkedHashMap<>();
        metadata.put("format", "pt");
        metadata.put("voxgrad.net", "net1");
        return metadata;
    }

    @Test
    void readsWhatItWrites() {
        Path file = folder.resolve("net.pth");
        WeightsFile contents = new WeightsFile(tensors(), metadata());
        contents.writeTorch(file);
        WeightsFile read = WeightsFile.read(file);
        assertThat(read).isEqualTo(contents);
        assertThat(read.tensors().keySet())
                .containsExactlyElementsOf(contents.tensors().keySet());
        new WeightsFile(tensors()).writeTorch(file);
        assertThat(WeightsFile.read(file)).isEqualTo(new WeightsFile(tensors()));
        new WeightsFile(new LinkedHashMap<>()).writeTorch(file);
    }

    @Test
    void writesTheSameBytesAgain() throws IOException {
        Path first = folder.resolve("first.pth");
        Path second = folder.resolve("second.pth");
        new WeightsFile(tensors(), metadata()).writeTorch(first);
        WeightsFile.read(first).writeTorch(second);
        assertThat(Files.readAllBytes(second)).isEqualTo(Files.readAllBytes(first));
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactlyInAnyOrder(first, second);
        }
    }

    @Test
    void storesAlignedMembersUnderTheNamesOfPyTorch() throws IOException {
        Path file = folder.resolve("net.pth");
        new WeightsFile(tensors()).writeTorch(file);
        String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
        List<String> names = new ArrayList<>();
        try (ZipFile zip = new ZipFile(file.toFile())) {
            for (ZipEntry entry : (Iterable<ZipEntry>) zip.stream().map(ZipEntry.class::cast)::iterator) {
                names.add(entry.getName());
                assertThat(entry.getMethod()).isEqualTo(ZipEntry.STORED);
            }
        }
        assertThat(names)
                .containsExactly(
                        "archive/data.pkl",
                        "archive/byteorder",
                        "archive/data/0",
                        "archive/data/1",
                        "archive/data/2",
                        "archive/version");
        assertThat(bytes.indexOf("\u0080\u0002ccollections\nOrderedDict\n") % 64)
                .isZero();
        assertThat(bytes.indexOf(new String(TorchBytes.floats(1, -0f), StandardCharsets.ISO_8859_1)) % 64)
                .isZero();
    }
}
