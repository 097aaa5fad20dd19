package dev.voxgrad.medmnist.data.npz;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.voxgrad.medmnist.data.Bytes;
import dev.voxgrad.medmnist.io.DataFileException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

class NpyArrayTest {
    @TempDir
    private Path folder;

    /** Written by numpy.lib.format.write_array: asfortranarray(arange(6, dtype='<i2').reshape(2, 3) - 2). */
    @Test
    void readsNumPysFortranOrder() {
        NpyArray array = Bytes.read(Bytes.unpack("eNqb7BfqGxDJyFDGUK2eklqcXKRupaBuk2mkrqOgnpZfVFKUmBefX5SSChIPKSpNBQ"
                + "oXZyQWpAK5GkY6CsaaOgq1CuQDrn//GRn+/2diYGBgZgAAuT0fQw=="));
        assertThat(array.type()).hasToString("<i2");
        assertThat(array.shape()).containsExactly(2, 3);
        assertThat(array.toInts()).containsExactly(-2, -1, 0, 1, 2, 3);
    }

    /** Written by NumPy in versions 2.0 and 3.0: array([1.5, -2, 1e300], '>f8') and array(2**63 + 5, '<u8'). */
    @Test
    void readsNumPysLaterVersions() {
        NpyArray big = Bytes.read(Bytes.unpack("eNqb7BfqGxDJxFDCwMBQrZ6SWpxcpG6loG6XZqGuo6Cell9UUpSYF59flJIKEndLzClO"
                + "BYoXZyQWpAL5GsY6mjoKtQpkAy77HwxgcABCMdSZP7HpYCidAwDmKSCE"));
        assertThat(big.toDoubles()).containsExactly(1.5, -2, 1e300);
        NpyArray scalar = Bytes.read(Bytes.unpack("eNqb7BfqGxDJzFDCwMBQrZ6SWpxcpG6loG5TaqGuo6Cell9UUpSYF59flJIKEndLzC"
                + "lOBYoXZyQWpAL5Gpo6CrUKFAAuVgYwaAAA+0Ebkw=="));
        assertThat(scalar.shape()).isEmpty();
        assertThat(scalar.getDouble(0)).isEqualTo(0x1p63);
        assertThatThrownBy(() -> scalar.getLong(0)).hasMessageContaining("9223372036854775813 is too large");
    }

    @ParameterizedTest
    @EnumSource(NpyType.Kind.class)
    void readsEveryKindInBothByteOrders(NpyType.Kind kind) {
        for (ByteOrder order : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
            ByteBuffer data = ByteBuffer.allocate(2 * kind.bytes()).order(order);
            long large = switch (kind) {
                case B1 -> 1;
                case I1, I2, I4, I8 -> -1L << 8 * kind.bytes() - 1;
                case U8 -> Long.MAX_VALUE;
                case U1, U2, U4 -> (1L << 8 * kind.bytes()) - 1;
                case F2, F4, F8 -> -3;
            };
            for (long value : new long[] {1, large}) {
                switch (kind) {
                    case F2 -> data.putShort(Float.floatToFloat16(value));
                    case F4 -> data.putFloat(value);
                    case F8 -> data.putDouble(value);
                    default -> {
                        switch (kind.bytes()) {
                            case 1 -> data.put((byte) value);
                            case 2 -> data.putShort((short) value);
                            case 4 -> data.putInt((int) value);
                            default -> data.putLong(value);
                        }
                    }
                }
            }
            char sign = order == ByteOrder.BIG_ENDIAN ? '>' : '<';
            NpyArray array = Bytes.read(Bytes.npy(
                    "{'descr': '" + sign + kind.name().toLowerCase(Locale.ROOT)
                            + "', 'fortran_order': False, 'shape': (2,), }\n",
                    data.array()));
            assertThat(array.toDoubles()).containsExactly(1, large);
            if (kind.isInteger()) {
                assertThat(array.getLong(1)).isEqualTo(large);
            } else {
                assertThatThrownBy(() -> array.getLong(1)).hasMessageContaining("integers wanted");
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            quoteCharacter = '"',
            value = {
                "{'descr': '|O', 'fortran_order': False, 'shape': (1,)}! element type '|O' is not supported",
                "{'descr': '|O', 'fortran_order': False, 'shape': (1,)}! array of Python objects, stored as a pickle",
                "{'descr': '<f16', 'fortran_order': False, 'shape': (1,)}! Save a.astype('float64') instead",
                "{'descr': '<c8', 'fortran_order': False, 'shape': (1,)}! it holds complex numbers",
                "{'descr': '<U5', 'fortran_order': False, 'shape': (1,)}! it holds text",
                "{'descr': '<M8[D]', 'fortran_order': False, 'shape': (1,)}! it holds dates",
                "{'descr': '|', 'fortran_order': False, 'shape': (1,)}! element type '|' is not supported",
                "{'descr': '', 'fortran_order': False, 'shape': (1,)}! element type '' is not supported",
                "{'descr': [('a', '<i4')], 'fortran_order': False, 'shape': (1,)}! expected a plain element type",
                "{'descr': '|u1', 'fortran_order': False, 'shape': [4]}! expected '('",
                "{'descr': '|u1', 'fortran_order': False, 'shape': (4LL,)}! expected ')'",
                "{'descr': '|u1', 'fortran_order': False, 'shape': (5,)}! needs 5 bytes of data but there are 4",
                "{'descr': '|u1', 'fortran_order': False, 'shape': (3,)}! needs 3 bytes of data but there are 4",
                "{'descr': '<f8', 'fortran_order': False, 'shape': (2000000000,)}! needs 16000000000 bytes of data but",
                "{'descr': '|u1', 'fortran_order': False, 'shape': (65536, 65536, 65536, 65536)}! has more elements than any file",
                "{'descr': '|u1', 'fortran_order': False, 'shape': (65536, 65536, 65536)}! needs 281474976710656 bytes of",
                "{'descr': '|u1', 'fortran_order': False, 'shape': (4294967300,)}! expected a dimension from 0 to 2147483647",
                "{'descr': '|u1', 'fortran_order': False, 'shape': (-4,)}! expected a dimension from 0",
                "{'descr': '|u1', 'fortran_order': False, 'shape': (4,}! expected a dimension from 0",
                "{'descr': '|u1', 'fortran_order': False, 'shape': 4}! expected '('",
                "{'descr': '|u1', 'fortran_order': 0, 'shape': (4,)}! expected True or False",
                "{'descr': '|u1', 'shape': (4,)}! expected exactly the keys",
                "{'descr': '|u1', 'descr': '|u1', 'fortran_order': False, 'shape': (4,)}! expected key 'descr' once",
                "{'descr': '|u1', 'fortran_order': False, 'shape': (4,), 'x': 1}! expected only the keys",
                "{'descr': '|u1', 'fortran_order': False, 'shape': (4,)} x! expected exactly the keys",
                "{'descr': '|u1! expected a plain element type",
                "! expected '{'",
            })
    void refusesHostileHeaders(String header, String message) {
        byte[] file = Bytes.npy(header == null ? "" : header, (byte) 1, (byte) 2, (byte) 3, (byte) 4);
        assertThatThrownBy(() -> Bytes.read(file))
                .isInstanceOf(DataFileException.class)
                .hasMessageStartingWith("test.npy: ")
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'descr': '|u1', 'fortran_order': False, 'shape': (2L, 2L), }",
                "{u'descr': u'|u1', u'fortran_order': False, u'shape': (2L, 2L)}",
                "{\"shape\":(2,2),\"fortran_order\":False,\"descr\":\"|u1\"}",
                "{ 'descr' : '=u1' , 'fortran_order' : False , 'shape' : ( 2 , 2 , ) , }   \n",
                "\t{'descr': 'u1',\r\n'fortran_order': False, 'shape': (2,\t2)}",
                "{'descr': '<u1', 'fortran_order': False, 'shape': (1, 2, 1, 2, 1)}",
            })
    void readsHeadersOfOtherPrograms(String header) {
        NpyArray array = Bytes.read(Bytes.npy(header, (byte) 1, (byte) 2, (byte) 3, (byte) 250));
        assertThat(array.bytes()).containsExactly(1, 2, 3, 250);
    }

    /** NumPy reads '|' as the machine's order, and so do the programs that write it. */
    @Test
    void readsLongElementWithoutByteOrder() {
        for (String type : List.of("|i2", "=i2", "i2")) {
            NpyArray array = Bytes.read(
                    Bytes.npy("{'descr': '" + type + "', 'fortran_order': False, 'shape': (1,)}", (byte) 1, (byte) 2));
            assertThat(array.getLong(0)).isEqualTo(513);
        }
    }

    /** Six values of NumPy's float16, by their bits: 1, −2, the smallest, the largest, infinity, NaN. */
    @Test
    void readsHalfPrecision() {
        short[] bits = {0x3C00, (short) 0xC000, 1, 0x7BFF, 0x7C00, 0x7E00};
        ByteBuffer data = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
        for (short each : bits) {
            data.putShort(each);
        }
        NpyArray array = Bytes.read(Bytes.npy("{'descr': '<f2', 'fortran_order': False, 'shape': (6,)}", data.array()));
        assertThat(array.toDoubles()).containsExactly(1, -2, 0x1p-24, 65504, Double.POSITIVE_INFINITY, Double.NaN);
    }

    @Test
    void readsSixtyFourDimensionsAndNoMore() {
        String ones = "1,".repeat(62);
        for (String order : List.of("False", "True")) {
            String start = "{'descr': '|u1', 'fortran_order': " + order + ", 'shape': (";
            NpyArray array = Bytes.read(Bytes.npy(start + "2," + ones + "2)}", (byte) 1, (byte) 2, (byte) 3, (byte) 4));
            assertThat(array.shape()).hasSize(64).startsWith(2).endsWith(2);
            assertThat(array.bytes())
                    .isEqualTo(order.equals("True") ? new byte[] {1, 3, 2, 4} : new byte[] {1, 2, 3, 4});
            assertThatThrownBy(() -> Bytes.read(Bytes.npy(start + "2," + ones + "1,2)}", new byte[4])))
                    .isInstanceOf(DataFileException.class)
                    .hasMessageContaining("at most 64 dimensions")
                    .message()
                    .hasSizeLessThan(400);
        }
    }

    /** Some 5000 dimensions times some million elements once held a core for minutes. */
    @Test
    void refusesThousandsOfDimensionsQuickly() {
        byte[] file = Bytes.npy(
                "{'descr': '|u1', 'fortran_order': True, 'shape': (" + "1,".repeat(4900) + "1000000)}",
                new byte[1_000_000]);
        assertTimeoutPreemptively(
                Duration.ofSeconds(30),
                () -> assertThatThrownBy(() -> Bytes.read(file))
                        .isInstanceOf(DataFileException.class)
                        .hasMessageContaining("at most 64 dimensions"));
    }

    /** 62 dimensions of length 1 cost nothing, so that 20 million elements take a moment and not minutes. */
    @Test
    void countsFortranOrderInLinearTime() {
        int[] shape = new int[64];
        Arrays.fill(shape, 1);
        shape[62] = 5000;
        shape[63] = 4000;
        byte[] file = Bytes.npy(
                "{'descr': '|u1', 'fortran_order': True, 'shape': (" + "1,".repeat(62) + "5000,4000)}",
                new byte[20_000_000]);
        file[file.length - 2] = 9;
        NpyArray array = assertTimeoutPreemptively(Duration.ofSeconds(60), () -> Bytes.read(file));
        assertThat(array.shape()).isEqualTo(shape);
        assertThat(array.getLong(4998 * 4000 + 3999)).isEqualTo(9);
    }

    @Test
    void namesOtherKindsOfContent() {
        assertThatThrownBy(() -> Bytes.read(new byte[] {(byte) 0x80, 4, 'c'}))
                .isInstanceOf(DataFileException.class)
                .hasMessageContaining("is not a .npy array: it is a Python pickle. A pickle runs code");
        assertThatThrownBy(() -> Bytes.read(new byte[0])).hasMessageContaining("is not a .npy array: it is empty");
    }

    @Test
    void escapesControlCharactersOfHeaders() {
        assertThatThrownBy(() -> Bytes.read(Bytes.npy("{'\33[31m': 1\u009b}" + "x".repeat(5000))))
                .isInstanceOf(DataFileException.class)
                .message()
                .doesNotContain("\33", "\u009b")
                .hasSizeLessThan(400);
    }

    @Test
    void refusesWrongMagicVersionAndHeaderLength() {
        byte[] good = NpyArray.ofBytes(new byte[4], 4).encode();
        assertRefused(good, 0, 0x92, "does not start with");
        assertRefused(good, 6, 4, "version 4.0");
        assertRefused(good, 6, 0, "version 0.0");
        assertRefused(good, 7, 1, "version 1.1");
        assertRefused(good, 9, 0xFF, "states a header of 65398 bytes; expected at most 10000 and within its 132");
        assertRefused(good, 9, 1, "states a header of 374 bytes");
        byte[] second = good.clone();
        second[6] = 2;
        second[11] = (byte) 0xFF;
        assertThatThrownBy(() -> Bytes.read(second)).hasMessageContaining("states a header of 42");
        for (int length = 0; length < good.length; length++) {
            byte[] truncated = Arrays.copyOf(good, length);
            assertThatThrownBy(() -> Bytes.read(truncated)).isInstanceOf(DataFileException.class);
        }
    }

    private static void assertRefused(byte[] good, int at, int value, String message) {
        byte[] bad = good.clone();
        bad[at] = (byte) value;
        assertThatThrownBy(() -> Bytes.read(bad))
                .isInstanceOf(DataFileException.class)
                .hasMessageContaining(message);
    }

    @Test
    void writesWhatItReads() {
        Path file = folder.resolve("a.npy");
        NpyWriter.writeNpy(file, NpyArray.ofFloats(new float[] {1, 2.5f, -3, 4, 5, 6}, 2, 3, 1));
        NpyArray floats = NpyArray.read(file);
        assertThat(floats.shape()).containsExactly(2, 3, 1);
        assertThat(floats.toFloats()).containsExactly(1, 2.5f, -3, 4, 5, 6);
        NpyWriter.writeNpy(file, NpyArray.ofLongs(new long[] {1L << 40}, 1));
        NpyArray longs = NpyArray.read(file);
        assertThat(longs.getLong(0)).isEqualTo(1L << 40);
        assertThatThrownBy(longs::toInts).isInstanceOf(ArithmeticException.class);
        assertThat(file.toFile().length() % 64).as("data aligned to 64 bytes").isEqualTo(8);
        assertThatThrownBy(() -> NpyArray.read(folder.resolve("b.npy"))).hasMessageContaining("no such file");
        assertThatThrownBy(() -> NpyArray.ofBytes(new byte[5], 2, 3)).hasMessageContaining("does not hold 5");
    }

    @Provide
    Arbitrary<int[]> shapes() {
        return Arbitraries.integers().between(0, 5).array(int[].class).ofMaxSize(5);
    }

    /** Element (i, j, …) is the same in every order of the file. */
    @Property(tries = 200)
    void convertsFortranOrder(@ForAll("shapes") int[] shape, @ForAll boolean wide) {
        int count = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        int bytes = wide ? 2 : 1;
        ByteBuffer data = ByteBuffer.allocate(count * bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int c = 0; c < count; c++) {
            int rest = c;
            int fortran = 0;
            int stride = count;
            for (int d = shape.length - 1; d >= 0; d--) {
                stride /= shape[d];
                fortran += rest % shape[d] * stride;
                rest /= shape[d];
            }
            if (wide) {
                data.putShort(2 * fortran, (short) (1000 + c));
            } else {
                data.put(fortran, (byte) c);
            }
        }
        String dimensions = Arrays.toString(shape).replace("[", "(").replace("]", shape.length == 1 ? ",)" : ")");
        NpyArray array = Bytes.read(Bytes.npy(
                "{'descr': '" + (wide ? "<u2" : "|u1") + "', 'fortran_order': True, 'shape': " + dimensions + "}",
                data.array()));
        assertThat(array.shape()).containsExactly(shape);
        for (int c = 0; c < count; c++) {
            assertThat(array.getLong(c)).isEqualTo(wide ? 1000 + c : c & 0xFF);
        }
    }

    @Property(tries = 200)
    void roundTripsAnyShape(@ForAll("shapes") int[] shape, @ForAll byte first) {
        byte[] values = new byte[Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (byte) (first + i);
        }
        NpyArray array = Bytes.read(NpyArray.ofBytes(values, shape).encode());
        assertThat(array.shape()).containsExactly(shape);
        assertThat(array.bytes()).containsExactly(values);
    }

    /** A .npy alone has no checksum, so damaged data may pass as other data; but never as anything worse. */
    @Property(tries = 3000)
    void damagedBytesYieldAnArrayOrAClearError(
            @ForAll @IntRange(max = 139) int first,
            @ForAll byte firstValue,
            @ForAll @IntRange(max = 139) int second,
            @ForAll byte secondValue) {
        byte[] file = NpyArray.ofBytes(new byte[12], 3, 4).encode();
        file[first] = firstValue;
        file[second] = secondValue;
        try {
            assertThat(Bytes.read(file).toDoubles()).hasSizeBetween(1, 12);
        } catch (DataFileException e) {
            assertThat(e).hasMessageStartingWith("test.npy: ");
        }
    }
}
