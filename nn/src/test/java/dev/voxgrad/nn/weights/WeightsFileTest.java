package dev.voxgrad.nn.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.engine.testing.SharedFiles;
import dev.voxgrad.nn.Initialization;
import dev.voxgrad.nn.NamedTensor;
import dev.voxgrad.nn.Sequential;
import dev.voxgrad.nn.testing.TestNets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

class WeightsFileTest {
    @TempDir
    private Path folder;

    private static WeightsFile sample() {
        SequencedMap<String, NamedTensor> tensors = new LinkedHashMap<>();
        put(tensors, new NamedTensor.Floats("fc.weight", Shape.of(2, 1), new float[] {1, Float.NaN}));
        put(tensors, new NamedTensor.Longs("count", -3));
        SequencedMap<String, String> metadata = new LinkedHashMap<>();
        metadata.put("net", "\"net1\" é");
        return new WeightsFile(tensors, metadata);
    }

    private static void put(SequencedMap<String, NamedTensor> tensors, NamedTensor tensor) {
        tensors.put(tensor.name(), tensor);
    }

    /** Writes a file with this header, unpadded, and {@code dataBytes} bytes of data. */
    private Path file(String header, int dataBytes) throws IOException {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        return file(text.length, text, dataBytes);
    }

    private Path file(long headerLength, byte[] header, int dataBytes) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(8 + header.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(headerLength).put(header);
        return Files.write(folder.resolve("hostile.safetensors"), bytes.array());
    }

    @Test
    void writesTheBytesOfTheFormat() throws IOException {
        Path file = folder.resolve("a.safetensors");
        sample().write(file);
        String header = "{\"__metadata__\":{\"net\":\"\\\"net1\\\" é\"},"
                + "\"fc.weight\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[0,8]},"
                + "\"count\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[8,16]}}";
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        int padded = (text.length + 7) / 8 * 8;
        assertThat(padded).isGreaterThan(text.length);
        ByteBuffer expected = ByteBuffer.allocate(8 + padded + 16).order(ByteOrder.LITTLE_ENDIAN);
        expected.putLong(padded).put(text);
        while (expected.position() < 8 + padded) {
            expected.put((byte) ' ');
        }
        expected.putFloat(1).putFloat(Float.NaN).putLong(-3);
        assertThat(Files.readAllBytes(file)).containsExactly(expected.array());
        assertThat(WeightsFile.read(file)).isEqualTo(sample());
    }

    @Test
    void replacesAnOlderFileAndLeavesNothingElse() throws IOException {
        Path file = Files.writeString(folder.resolve("a.safetensors"), "older");
        sample().write(file);
        assertThat(WeightsFile.read(file)).isEqualTo(sample());
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void leavesNothingIfItCannotWrite() throws IOException {
        Path inTheWay = Files.createDirectories(folder.resolve("taken/inside")).getParent();
        assertThatThrownBy(() -> sample().write(inTheWay))
                .isInstanceOf(WeightsFileException.class)
                .hasMessageContaining("taken")
                .hasMessageContaining("check that its folder exists");
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(inTheWay);
        }
        assertThatThrownBy(() -> sample().write(folder.resolve("absent/a.safetensors")))
                .isInstanceOf(WeightsFileException.class)
                .hasMessageContaining("a.safetensors");
    }

    @Test
    void convertsOtherNumberFormats() throws IOException {
        Path path = folder.resolve("types.safetensors");
        String header = """
                {"d":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},
                 "h":{"dtype":"F16","shape":[2],"data_offsets":[8,12]},
                 "b":{"dtype":"BF16","shape":[2],"data_offsets":[12,16]},
                 "i":{"dtype":"I32","shape":[1],"data_offsets":[16,20]}}""";
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(8 + text.length + 20).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(text.length).put(text).putDouble(0.1);
        bytes.putShort((short) 0x3C00).putShort((short) 0xC100);
        bytes.putShort((short) 0x3F80).putShort((short) 0xC040).putInt(-7);
        Files.write(path, bytes.array());
        assertThat(WeightsFile.read(path).tensors().values())
                .containsExactly(
                        new NamedTensor.Floats("d", Shape.of(1), new float[] {0.1f}),
                        new NamedTensor.Floats("h", Shape.of(2), new float[] {1, -2.5f}),
                        new NamedTensor.Floats("b", Shape.of(2), new float[] {1, -3}),
                        new NamedTensor.Longs("i", Shape.of(1), new long[] {-7}));
    }

    /** Arguments are the header, the bytes of data, and a part of the message. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}} | 7 | bytes 0 to 8 of 7",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}} | 9 | 1 bytes at the end belong to no tensor",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[-8,0]}} | 8 | bytes -8 to 0",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}} | 8 | bytes 8 to 0",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}} | 4 | needs 8",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,99999999999999999999]}} | 8 | not valid JSON",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0]}} | 8 | two data_offsets",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4,8]}} | 8 | more than 2",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8.0]}} | 8 | VALUE_NUMBER_FLOAT",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2,0],\"data_offsets\":[0,8]}} | 8 | needs 0",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}} | 8 | dimension of -2",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[65536,65536],\"data_offsets\":[0,0]}} | 0 | needs 17179869184",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]}} | 0 | needs 73786976294838206464",
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[8],\"data_offsets\":[0,9]}} | 9 | needs 8",
                "{\"a\":{\"dtype\":4,\"shape\":[2],\"data_offsets\":[0,8]}} | 8 | a dtype is VALUE_NUMBER_INT",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}} | 8 | needs dtype, shape",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"x\":1}} | 8 | unknown entry x",
                "{\"a\":[1]} | 8 | a is START_ARRAY",
                "{\"__metadata__\":{\"a\":1}} | 0 | __metadata__ a is VALUE_NUMBER_INT",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]} | 8 | not valid JSON",
                "{} x | 0 | not valid JSON",
                "{}{} | 0 | there is text after",
                "[] | 0 | does not start with {",
            })
    void reportsHostileHeaders(String header, int dataBytes, String message) throws IOException {
        Path file = file(header, dataBytes);
        assertThatThrownBy(() -> WeightsFile.read(file))
                .isInstanceOf(WeightsFileException.class)
                .hasMessageContaining("weights file " + file)
                .hasMessageContaining(message);
    }

    @Test
    void reportsOverlapsGapsAndDuplicates() throws IOException {
        String entry = "\"%s\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[%d,%d]}";
        Path overlap = file("{" + entry.formatted("a", 0, 8) + "," + entry.formatted("b", 4, 12) + "}", 12);
        assertThatThrownBy(() -> WeightsFile.read(overlap))
                .hasMessageContaining("tensor b starts at byte 4, before tensor a ends at byte 8");
        Path gap = file("{" + entry.formatted("a", 0, 8) + "," + entry.formatted("b", 9, 17) + "}", 17);
        assertThatThrownBy(() -> WeightsFile.read(gap))
                .hasMessageContaining("tensor b starts at byte 9, after tensor a ends at byte 8");
        Path doubled = file("{" + entry.formatted("a", 0, 8) + "," + entry.formatted("a", 8, 16) + "}", 16);
        assertThatThrownBy(() -> WeightsFile.read(doubled))
                .isInstanceOf(WeightsFileException.class)
                .hasMessageContaining("Duplicate");
        Path deep = file("{\"a\":" + "[".repeat(100_000), 0);
        assertThatThrownBy(() -> WeightsFile.read(deep)).isInstanceOf(WeightsFileException.class);
        Path endless = file("{\"" + "a\u0007".repeat(60_000) + "\":1}", 0);
        assertThatThrownBy(() -> WeightsFile.read(endless))
                .isInstanceOf(WeightsFileException.class)
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(3000).doesNotContain("\u0007"));
    }

    @Test
    void reportsWrongLengths() throws IOException {
        byte[] empty = "{}".getBytes(StandardCharsets.UTF_8);
        for (long length : new long[] {-1, Long.MIN_VALUE, 100_000_001, 3, Long.MAX_VALUE}) {
            Path file = file(length, empty, 0);
            assertThatThrownBy(() -> WeightsFile.read(file))
                    .isInstanceOf(WeightsFileException.class)
                    .hasMessageContaining("says its header has " + Long.toUnsignedString(length));
        }
        Path none = file(0, new byte[0], 0);
        assertThatThrownBy(() -> WeightsFile.read(none)).hasMessageContaining("start with {");
        Path invalid = file(2, new byte[] {'{', (byte) 0xFF}, 0);
        assertThatThrownBy(() -> WeightsFile.read(invalid)).hasMessageContaining("UTF-8");
        Path tooShort = Files.write(folder.resolve("short"), new byte[7]);
        assertThatThrownBy(() -> WeightsFile.read(tooShort)).hasMessageContaining("has 7 bytes");
        Path zip = Files.write(folder.resolve("net.pth"), "PK\3\4 and more".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> WeightsFile.read(zip)).hasMessageContaining("is a zip file that can't be read");
        assertThatThrownBy(() -> WeightsFile.read(folder.resolve("absent")))
                .isInstanceOf(WeightsFileException.class)
                .hasMessageContaining("does not exist");
        assertThatThrownBy(() -> WeightsFile.read(folder)).isInstanceOf(WeightsFileException.class);
    }

    @Test
    void readsDataInAnotherOrderThanTheHeader() throws IOException {
        Path file = file(
                "{\"b\":{\"dtype\":\"I32\",\"shape\":[1],\"data_offsets\":[4,8]},"
                        + "\"a\":{\"dtype\":\"I32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
                8);
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 4] = 2;
        bytes[bytes.length - 8] = 1;
        Files.write(file, bytes);
        assertThat(List.copyOf(WeightsFile.read(file).tensors().values()))
                .isEqualTo(List.of(
                        new NamedTensor.Longs("b", Shape.of(1), new long[] {2}),
                        new NamedTensor.Longs("a", Shape.of(1), new long[] {1})));
    }

    @Test
    void savesAndLoadsANetAndRefusesAnother() {
        Path file = folder.resolve("net.safetensors");
        Sequential net = TestNets.net(ReferenceDevice.INSTANCE, 1, 4, 1, 2);
        Initialization.apply(net, 5);
        WeightsFile.save(net, file);
        Sequential same = TestNets.net(ReferenceDevice.INSTANCE, 1, 4, 1, 2);
        WeightsFile.load(same, file);
        assertThat(same.stateDict()).isEqualTo(net.stateDict());
        Sequential other = TestNets.net(ReferenceDevice.INSTANCE, 2, 4, 1, 2);
        assertThatThrownBy(() -> WeightsFile.load(other, file))
                .isInstanceOf(WeightsFileException.class)
                .hasMessageContaining("net.safetensors: belongs to another net")
                .hasMessageContaining("layer2.0.weight");
    }

    @Test
    void refusesAPipeInsteadOfWaitingForAWriter() throws IOException, InterruptedException {
        Path pipe = folder.resolve("pipe");
        boolean made;
        try {
            made = new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0;
        } catch (IOException e) {
            made = false;
        }
        assumeTrue(made, "needs mkfifo");
        assertTimeoutPreemptively(
                Duration.ofMinutes(1),
                () -> assertThatThrownBy(() -> WeightsFile.read(pipe))
                        .isInstanceOf(WeightsFileException.class)
                        .hasMessageContaining("a pipe or a device"));
    }

    /**
     * Reads PyTorch's file and writes it again: the header is the same except for spaces, and the data byte for byte.
     */
    @Test
    void preservesAFileFromPyTorch() throws IOException {
        Path golden = SharedFiles.require("golden/Net1_init.safetensors");
        WeightsFile weights = WeightsFile.read(golden);
        assertThat(weights.tensors()).hasSize(32);
        assertThat(weights.tensors().get("layer1.0.weight").shape()).isEqualTo(Shape.of(32, 1, 3, 3, 3));
        assertThat(weights.tensors().keySet())
                .containsExactlyElementsOf(TestNets.net(ReferenceDevice.INSTANCE, 2, 1, 2)
                        .stateDict()
                        .keySet());
        Path copy = folder.resolve("copy.safetensors");
        weights.write(copy);
        ByteBuffer ours = ByteBuffer.wrap(Files.readAllBytes(copy)).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer theirs = ByteBuffer.wrap(Files.readAllBytes(golden)).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(ours.getLong(0) % 8).isZero();
        assertThat(header(ours)).isEqualTo(header(theirs));
        assertThat(data(ours)).containsExactly(data(theirs));
    }

    private static String header(ByteBuffer file) {
        return new String(file.array(), 8, (int) file.getLong(0), StandardCharsets.UTF_8).replace(" ", "");
    }

    private static byte[] data(ByteBuffer file) {
        return Arrays.copyOfRange(file.array(), 8 + (int) file.getLong(0), file.capacity());
    }
}
