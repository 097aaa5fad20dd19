package dev.voxgrad.nn.weights;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SequencedMap;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.nn.NamedTensor;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that random contents survive writing and reading, and that damaged files are either read or give a clear error.
 */
class WeightsFilePropertyTest {
    private static Path folder;

    @BeforeContainer
    static void makeFolder() throws IOException {
        folder = Files.createTempDirectory("weights");
    }

    @AfterContainer
    static void removeFolder() throws IOException {
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }

    @Property(tries = 300)
    void contentsSurviveARoundTrip(@ForAll("contents") WeightsFile contents) throws IOException {
        Path file = folder.resolve("round.safetensors");
        contents.write(file);
        WeightsFile read = WeightsFile.read(file);
        assertThat(List.copyOf(read.tensors().values()))
                .isEqualTo(List.copyOf(contents.tensors().values()));
        assertThat(List.copyOf(read.metadata().entrySet()))
                .isEqualTo(List.copyOf(contents.metadata().entrySet()));
        byte[] bytes = Files.readAllBytes(file);
        read.write(file);
        assertThat(Files.readAllBytes(file)).containsExactly(bytes);
    }

    /** A change in the header may go unnoticed (a letter of a name), but then the file is well-formed. */
    @Property(tries = 1000)
    void flippedBytesAreReadOrGiveAClearError(
            @ForAll("contents") WeightsFile contents,
            @ForAll @IntRange(min = 1, max = 5) int flips,
            @ForAll long seed) {
        byte[] bytes = bytes(contents);
        Random random = new Random(seed);
        int headerEnd = Math.min(bytes.length, 400);
        for (int i = 0; i < flips; i++) {
            bytes[random.nextInt(headerEnd)] ^= (byte) (1 << random.nextInt(8));
        }
        readOrFail(bytes);
    }

    /** The header is random text, or a valid header with a piece replaced. */
    @Property(tries = 500)
    void replacedPiecesAreReadOrGiveAClearError(
            @ForAll("contents") WeightsFile contents, @ForAll("pieces") String piece, @ForAll int at) {
        byte[] bytes = bytes(contents);
        int place = 8 + Math.floorMod(at, bytes.length - 8);
        byte[] inserted = piece.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(inserted, 0, bytes, place, Math.min(inserted.length, bytes.length - place));
        readOrFail(bytes);
    }

    @Property(tries = 300)
    void everyTruncationIsAnError(@ForAll("contents") WeightsFile contents, @ForAll int at) {
        byte[] bytes = bytes(contents);
        byte[] shorter = Arrays.copyOf(bytes, Math.floorMod(at, bytes.length));
        assertThat(readOrFail(shorter)).isFalse();
    }

    private static byte[] bytes(WeightsFile contents) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            WeightsWriter.write(contents, Channels.newChannel(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** Tests whether the bytes can be read, with the stated shapes. Any unexpected exception fails the property. */
    private static boolean readOrFail(byte[] bytes) {
        try {
            Path file = Files.write(folder.resolve("damaged.safetensors"), bytes);
            WeightsFile.read(file)
                    .tensors()
                    .forEach((name, tensor) -> assertThat(tensor.name()).isEqualTo(name));
            return true;
        } catch (WeightsFileException e) {
            assertThat(e).hasMessageContaining("damaged.safetensors");
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Provide
    Arbitrary<String> pieces() {
        return Arbitraries.of(
                "[",
                "]",
                "{",
                "}",
                "\"",
                ":",
                ",",
                "-1",
                "9223372036854775808",
                "1e9",
                "null",
                "true",
                "F64",
                "I64",
                "999999999",
                "\\u0000",
                "\\ud800",
                "{}",
                "[]",
                "__metadata__",
                "\"dtype\"",
                "0",
                " ");
    }

    @Provide
    Arbitrary<WeightsFile> contents() {
        Arbitrary<String> names =
                Arbitraries.strings().ascii().ofMaxLength(12).filter(name -> !name.equals(Header.METADATA));
        Arbitrary<Shape> shapes = Arbitraries.integers()
                .between(0, 4)
                .array(int[].class)
                .ofMaxSize(5)
                .map(Shape::allowingZero);
        Arbitrary<NamedTensor> tensors = Combinators.combine(
                        names, shapes, Arbitraries.of(true, false), Arbitraries.longs())
                .as(WeightsFilePropertyTest::tensor);
        Arbitrary<Map<String, String>> metadata = Arbitraries.maps(
                        names,
                        Arbitraries.strings().withCharRange('\0', '\ud7ff').ofMaxLength(10))
                .ofMaxSize(3);
        return Combinators.combine(tensors.list().ofMaxSize(6), metadata).as((list, strings) -> {
            SequencedMap<String, NamedTensor> byName = new LinkedHashMap<>();
            list.forEach(tensor -> byName.put(tensor.name(), tensor));
            return new WeightsFile(byName, new LinkedHashMap<>(strings));
        });
    }

    /** Generates any bit patterns, including NaNs. */
    private static NamedTensor tensor(String name, Shape shape, boolean floats, long seed) {
        Random random = new Random(seed);
        if (floats) {
            float[] values = new float[shape.elements()];
            for (int i = 0; i < values.length; i++) {
                values[i] = Float.intBitsToFloat(random.nextInt());
            }
            return new NamedTensor.Floats(name, shape, values);
        }
        return new NamedTensor.Longs(name, shape, random.longs(shape.elements()).toArray());
    }
}
