package dev.voxgrad.nn.weights;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.ShapeException;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.nn.Linear;
import dev.voxgrad.nn.NamedTensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Tests empty tensors, and tensors that can't be read next to others that can. */
class UnreadableTensorsTest {
    @TempDir
    private Path folder;

    private Path file(String header, byte... data) throws IOException {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(8 + text.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
        return Files.write(
                folder.resolve("a.safetensors"),
                bytes.putLong(text.length).put(text).put(data).array());
    }

    private static String entry(String name, String dtype, String shape, long begin, long end) {
        return "\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
                .formatted(name, dtype, shape, begin, end);
    }

    @Test
    void readsAndWritesEmptyTensors() throws IOException {
        Path file = file(
                "{" + entry("a", "F32", "[0]", 0, 0) + "," + entry("b", "I64", "[]", 0, 8) + ","
                        + entry("c", "I32", "[3,0,2]", 8, 8) + "," + entry("d", "F64", "[65536,65536,0]", 8, 8) + "}",
                (byte) 7,
                (byte) 0,
                (byte) 0,
                (byte) 0,
                (byte) 0,
                (byte) 0,
                (byte) 0,
                (byte) 0);
        WeightsFile read = WeightsFile.read(file);
        assertThat(read.tensors().values())
                .containsExactly(
                        new NamedTensor.Floats("a", Shape.allowingZero(0), new float[0]),
                        new NamedTensor.Longs("b", 7),
                        new NamedTensor.Longs("c", Shape.allowingZero(3, 0, 2), new long[0]),
                        new NamedTensor.Floats("d", Shape.allowingZero(65536, 65536, 0), new float[0]));
        Path copy = folder.resolve("copy.safetensors");
        read.write(copy);
        assertThat(WeightsFile.read(copy)).isEqualTo(read);
    }

    @Test
    void createsNoEmptyTensors() {
        Shape empty = Shape.allowingZero(3, 0);
        assertThatThrownBy(() -> Tensor.zeros(ReferenceDevice.INSTANCE, empty))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("[3,0] has no elements");
        assertThatThrownBy(() -> Tensor.of(ReferenceDevice.INSTANCE, empty, new float[0]))
                .isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> Shape.of(3, 0)).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> Shape.allowingZero(0, -1)).isInstanceOf(ShapeException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"F8_E4M3", "U8", "F99", "f32", "F32\\u001b[2J"})
    void refusesOnlyTheTensorInAnUnknownFormat(String dtype) throws IOException {
        Path file = file(
                "{" + entry("good", "F32", "[1]", 4, 8) + "," + entry("bad", dtype, "[4]", 0, 4) + "}",
                (byte) 1,
                (byte) 2,
                (byte) 3,
                (byte) 4,
                (byte) 0,
                (byte) 0,
                (byte) 0x80,
                (byte) 0x3F);
        WeightsFile read = WeightsFile.read(file);
        assertThat(read.tensors().values())
                .containsExactly(new NamedTensor.Floats("good", Shape.of(1), new float[] {1}));
        assertThat(read.tensor("good")).isSameAs(read.tensors().get("good"));
        assertThat(read.unreadable().keySet()).containsExactly("bad");
        assertThatThrownBy(() -> read.tensor("bad"))
                .isInstanceOf(WeightsFileException.class)
                .hasMessageStartingWith("weights file " + file + ": tensor bad has dtype ")
                .hasMessageEndingWith(", which can't be read; save it as one of F64, F32, F16, BF16, I64, I32")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\u001b"));
        assertThatThrownBy(() -> read.tensor("none")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void neverDropsAnUnreadableTensorOnWriting() throws IOException {
        WeightsFile read = WeightsFile.read(file("{" + entry("bad", "BOOL", "[1]", 0, 1) + "}", (byte) 1));
        Path copy = folder.resolve("copy.safetensors");
        assertThatThrownBy(() -> read.write(copy))
                .isInstanceOf(WeightsFileException.class)
                .hasMessageContaining("would be lost")
                .hasMessageContaining("tensor bad has dtype BOOL");
        assertThat(copy).doesNotExist();
    }

    /** The large tensor is a hole in the file, so it takes no space on the disk. */
    @Test
    void refusesOnlyTheTensorThatIsTooLarge() throws IOException {
        long large = 4L * Integer.MAX_VALUE;
        Path file = file("{" + entry("large", "F32", "[" + Integer.MAX_VALUE + "]", 0, large) + ","
                + entry("good", "I32", "[1]", large, large + 4) + "}");
        try (RandomAccessFile hole = new RandomAccessFile(file.toFile(), "rw")) {
            hole.setLength(hole.length() + large + 4);
        }
        WeightsFile read = WeightsFile.read(file);
        assertThat(read.tensors().values()).containsExactly(new NamedTensor.Longs("good", Shape.of(1), new long[] {0}));
        assertThatThrownBy(() -> read.tensor("large"))
                .isInstanceOf(WeightsFileException.class)
                .hasMessageContaining("tensor large has shape [2147483647], which is too large");
    }

    @Test
    void loadsNoNetFromAFileWithAnUnreadableTensor() throws IOException {
        Path file = file(
                "{" + entry("weight", "F8_E4M3", "[1,1]", 0, 1) + "," + entry("bias", "F32", "[1]", 1, 5) + "}",
                new byte[5]);
        Linear net = new Linear(ReferenceDevice.INSTANCE, 1, 1);
        assertThatThrownBy(() -> WeightsFile.load(net, file))
                .isInstanceOf(WeightsFileException.class)
                .hasMessageContaining("tensor weight has dtype F8_E4M3");
    }

    @Test
    void keepsEqualContentsEqual() {
        SequencedMap<String, NamedTensor> tensors = new LinkedHashMap<>();
        tensors.put("a", new NamedTensor.Longs("a", 1));
        assertThat(new WeightsFile(tensors)).isEqualTo(new WeightsFile(tensors, new LinkedHashMap<>()));
        assertThat(List.copyOf(new WeightsFile(tensors).unreadable().keySet())).isEmpty();
    }
}
