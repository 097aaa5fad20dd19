package dev.voxgrad.nn.weights.torch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.zip.ZipEntry;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.testing.SharedFiles;
import dev.voxgrad.nn.NamedTensor;
import dev.voxgrad.nn.weights.WeightsFile;
import dev.voxgrad.nn.weights.WeightsFileException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Reads files of PyTorch that {@link TorchBytes} writes: what is in them, and what is refused. */
class TorchFileTest {
    private static final NamedTensor WEIGHT =
            new NamedTensor.Floats("fc.weight", Shape.of(2, 3), new float[] {1, 2, 3, 4, 5, 6});
    private static final NamedTensor COUNTER = new NamedTensor.Longs("bn.num_batches_tracked", 7);

    @TempDir
    private Path folder;

    private Path file(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("net.pth"), bytes);
    }

    private WeightsFile read(TorchBytes bytes) throws IOException {
        return WeightsFile.read(file(bytes.file()));
    }

    /** Writes the weight and, if the file is a zip, the counter; the dictionary stays on the stack. */
    private static TorchBytes weights(TorchBytes bytes, boolean counter) {
        bytes.orderedDict().code('(').text("fc.weight");
        bytes.tensor("FloatStorage", TorchBytes.floats(1, 2, 3, 4, 5, 6), 6, 2, 3);
        if (counter) {
            bytes.text("bn.num_batches_tracked").tensor("LongStorage", TorchBytes.longs(7), 1);
        }
        return bytes.code('u');
    }

    private static TorchBytes weights() {
        return weights(TorchBytes.zip(), true);
    }

    @Test
    void readsZipFilesInTheirOrder() throws IOException {
        WeightsFile read = read(weights());
        assertThat(read.tensors().values()).containsExactly(WEIGHT, COUNTER);
        assertThat(read.metadata()).isEmpty();
        assertThat(read.unreadable()).isEmpty();
    }

    @Test
    void readsTheOlderStream() throws IOException {
        assertThat(read(weights(TorchBytes.legacy(), false)).tensors().values()).containsExactly(WEIGHT);
    }

    @Test
    void readsViewsOfASharedStorage() throws IOException {
        byte[] values = TorchBytes.floats(9, 1, 4, 2, 5, 3, 6);
        TorchBytes bytes = TorchBytes.zip().orderedDict().code('(');
        bytes.text("transposed").tensor("FloatStorage", "0", values, 7, 1, new long[] {2, 3}, new long[] {1, 2});
        bytes.text("column").tensor("FloatStorage", "0", values, 7, 2, new long[] {3}, new long[] {2});
        bytes.text("expanded").tensor("FloatStorage", "0", values, 7, 0, new long[] {2, 2}, new long[] {0, 0});
        bytes.text("empty").tensor("FloatStorage", "0", values, 7, 7, new long[] {0, 3}, new long[] {3, 1});
        bytes.text("scalar").tensor("FloatStorage", "0", values, 7, 6, new long[] {}, new long[] {});
        assertThat(read(bytes.code('u')).tensors().values())
                .containsExactly(
                        new NamedTensor.Floats("transposed", Shape.of(2, 3), new float[] {1, 2, 3, 4, 5, 6}),
                        new NamedTensor.Floats("column", Shape.of(3), new float[] {4, 5, 6}),
                        new NamedTensor.Floats("expanded", Shape.of(2, 2), new float[] {9, 9, 9, 9}),
                        new NamedTensor.Floats("empty", Shape.allowingZero(0, 3), new float[0]),
                        new NamedTensor.Floats("scalar", Shape.of(), new float[] {6}));
    }

    @ParameterizedTest
    @CsvSource({
        "DoubleStorage,   000000000000f8bf, -1.5",
        "FloatStorage,    0000c0bf, -1.5",
        "HalfStorage,     00be, -1.5",
        "BFloat16Storage, c0bf, -1.5"
    })
    void readsFloatsOfEveryFormat(String storage, String hex, float value) throws IOException {
        assertThat(read(one(storage, hex)).tensors().values())
                .containsExactly(new NamedTensor.Floats("a", Shape.of(1), new float[] {value}));
    }

    @ParameterizedTest
    @CsvSource({
        "LongStorage,  feffffffffffffff, -2",
        "IntStorage,   feffffff, -2",
        "ShortStorage, feff, -2",
        "CharStorage,  fe, -2",
        "ByteStorage,  fe, 254",
        "BoolStorage,  01, 1"
    })
    void readsIntegersOfEveryFormat(String storage, String hex, long value) throws IOException {
        assertThat(read(one(storage, hex)).tensors().values())
                .containsExactly(new NamedTensor.Longs("a", Shape.of(1), new long[] {value}));
    }

    private static TorchBytes one(String storage, String hex) {
        byte[] values = HexFormat.of().parseHex(hex);
        return TorchBytes.zip()
                .orderedDict()
                .code('(')
                .text("a")
                .tensor(storage, values, 1, 1)
                .code('u');
    }

    @Test
    void leavesOutComplexNumbersAndOtherObjects() throws IOException {
        WeightsFile read = read(one("ComplexFloatStorage", "0000803f00000000"));
        assertThat(read.tensors()).isEmpty();
        assertThat(read.unreadable().get("a"))
                .contains("tensor a has dtype complex64, which can't be read; save it as");
        TorchBytes extra = TorchBytes.zip().orderedDict().code('(').text("a");
        extra.tensor("FloatStorage", TorchBytes.floats(1), 1, 1)
                .text("_extra_state")
                .integer(3)
                .code('u');
        assertThat(read(extra).unreadable().get("_extra_state")).contains("is no tensor");
    }

    @Test
    void readsBothByteOrders() throws IOException {
        SequencedMap<String, byte[]> members = one("FloatStorage", "bfc00000").members();
        members.put("byteorder", "big".getBytes(StandardCharsets.US_ASCII));
        assertThat(WeightsFile.read(file(TorchBytes.zip(members))).tensors().values())
                .containsExactly(new NamedTensor.Floats("a", Shape.of(1), new float[] {-1.5f}));
        members.put("byteorder", "middle".getBytes(StandardCharsets.US_ASCII));
        Path odd = file(TorchBytes.zip(members));
        assertThatThrownBy(() -> WeightsFile.read(odd)).hasMessageContaining("neither little nor big");
    }

    @ParameterizedTest
    @ValueSource(strings = {"net", "state_dict", "model"})
    void findsTheWeightsOfACheckpoint(String name) throws IOException {
        TorchBytes bytes =
                TorchBytes.zip().code('}').code('(').text("epoch").integer(99).text(name);
        weights(bytes, true)
                .text("optimizer")
                .code('}')
                .code('(')
                .text("state")
                .code('}')
                .text("lr")
                .code('G');
        bytes.code(0x3f, 0xf0, 0, 0, 0, 0, 0, 0)
                .text("betas")
                .tuple(1, 2)
                .text("none")
                .code('N')
                .code('u');
        assertThat(read(bytes.code('u')).tensors().values()).containsExactly(WEIGHT, COUNTER);
    }

    @Test
    void requiresANameIfACheckpointHasSeveralWeights() throws IOException {
        TorchBytes bytes = TorchBytes.zip().code('}').code('(').text("net");
        weights(bytes, true).text("ema").orderedDict().code('(').text("b");
        bytes.tensor("FloatStorage", TorchBytes.floats(5), 1, 1).code('u').code('u');
        Path file = file(bytes.file());
        assertThatThrownBy(() -> WeightsFile.read(file))
                .isInstanceOf(WeightsFileException.class)
                .hasMessage("weights file " + file + ": contains several sets of weights: net, ema; choose one with: "
                        + "medmnist convert IN OUT --key NAME");
        assertThat(WeightsFile.read(file, "ema").tensors().values())
                .containsExactly(new NamedTensor.Floats("b", Shape.of(1), new float[] {5}));
        assertThatThrownBy(() -> WeightsFile.read(file, "optimizer"))
                .hasMessageEndingWith("has no weights under the name optimizer; it contains net, ema");
    }

    @Test
    void reportsFilesWithoutWeights() throws IOException {
        Path none = file(TorchBytes.zip()
                .code('}')
                .code('(')
                .text("epoch")
                .integer(1)
                .code('u')
                .file());
        assertThatThrownBy(() -> WeightsFile.read(none)).hasMessageContaining("contains no weights, but epoch; save");
        Path bare = file(TorchBytes.zip()
                .tensor("FloatStorage", TorchBytes.floats(1), 1, 1)
                .file());
        assertThatThrownBy(() -> WeightsFile.read(bare)).hasMessageContaining("contains a tensor without a name");
        Path list = file(TorchBytes.zip().code(']').file());
        assertThatThrownBy(() -> WeightsFile.read(list)).hasMessageContaining("contains no dictionary of weights");
    }

    /** Protocol 4 has short texts, names on the stack, frames, and a memo that counts by itself. */
    @Test
    void readsNewerProtocolsAndParameters() throws IOException {
        TorchBytes bytes = TorchBytes.zip().code(0x80, 4, 0x95, 9, 0, 0, 0, 0, 0, 0, 0);
        bytes.code('}').code(0x94).code(0x8c, 1, 'a');
        bytes.text("torch._utils")
                .code(0x94)
                .text("_rebuild_parameter")
                .code(0x93)
                .code('(');
        bytes.tensor("FloatStorage", TorchBytes.floats(3), 1, 1)
                .code(0x88)
                .orderedDict()
                .code('t')
                .code('R');
        assertThat(read(bytes.code('s')).tensors().values())
                .containsExactly(new NamedTensor.Floats("a", Shape.of(1), new float[] {3}));
    }

    /** Python 2 makes an ordered dictionary of a list of pairs, and PyTorch sets its attributes. */
    @Test
    void readsDictionariesOfPairsWithAttributes() throws IOException {
        TorchBytes bytes =
                TorchBytes.zip().global("collections", "OrderedDict").code(']').code(']');
        bytes.code('U', 1, 'a')
                .code('a')
                .tensor("FloatStorage", TorchBytes.floats(3), 1, 1)
                .code('a')
                .code('a');
        bytes.code(0x85, 'R')
                .code('}')
                .text("_metadata")
                .orderedDict()
                .code('s')
                .code('b');
        assertThat(read(bytes).tensors().values())
                .containsExactly(new NamedTensor.Floats("a", Shape.of(1), new float[] {3}));
    }

    @Test
    void readsFilesThatWerePackedAgain() throws IOException {
        Path file = file(TorchBytes.zip(weights().members(), ZipEntry.DEFLATED));
        assertThat(WeightsFile.read(file).tensors().values()).containsExactly(WEIGHT, COUNTER);
    }

    @ParameterizedTest
    @CsvSource({
        "posix, system",
        "os, system",
        "builtins, eval",
        "__builtin__, exec",
        "torch, load",
        "torch.storage, _load_from_bytes",
        "torch._utils, _rebuild_tensor_v3",
        "numpy.core.multiarray, scalar",
        "nets, Net1"
    })
    void refusesEveryOtherNameWithoutRunningIt(String module, String name) throws IOException {
        Path marker = folder.resolve("marker");
        byte[] pickle = TorchBytes.zip()
                .global(module, name)
                .text("touch " + marker)
                .code(0x85, 'R')
                .pickle();
        TorchBytes stacked = TorchBytes.zip().text(module).text(name).code(0x93);
        byte[] instance = ("(i" + module + "\n" + name + "\n.        ").getBytes(StandardCharsets.UTF_8);
        for (byte[] bytes : List.of(
                TorchBytes.zip(Map.of("data.pkl", pickle)), pickle, stacked.pickle(), stacked.file(), instance)) {
            Path file = file(bytes);
            assertThatThrownBy(() -> WeightsFile.read(file))
                    .isInstanceOf(WeightsFileException.class)
                    .hasMessageContaining("net.pth: names " + module + "." + name + ", which is refused: ");
        }
        assertThat(marker).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(ints = {0x81, 0x82, 'o', 'I', 'V', 0x92, 0x97, 0x8f, 0})
    void refusesInstructionsThatTensorsDoNotNeed(int code) throws IOException {
        Path file = file(TorchBytes.zip().code(code).file());
        assertThatThrownBy(() -> WeightsFile.read(file))
                .hasMessageContaining("contains the pickle instruction 0x%02x".formatted(code));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "0; 2,3; 3,1; 5",
                "1; 6; 1; 6",
                "-1; 1; 1; 6",
                "0; -1; 1; 6",
                "0; 1; -1; 6",
                "0; 2; 4611686018427387904; 6",
                "0; 9223372036854775807,9223372036854775807; 0,0; 6",
                "0; 2,2; 1; 6",
                "9223372036854775807; 2; 9223372036854775807; 6",
                "0; 1; 1; 9223372036854775807",
                "0; 1; 1; -1",
                "0; 2147483639; 0; 6",
                "0; 65536,65536,0,65536; 1,1,1,1; 0"
            })
    void refusesViewsThatDoNotFit(long offset, String sizes, String strides, long count) throws IOException {
        TorchBytes bytes = TorchBytes.zip().orderedDict().code('(').text("a");
        bytes.tensor(
                "FloatStorage", "0", TorchBytes.floats(1, 2, 3, 4, 5, 6), count, offset, longs(sizes), longs(strides));
        Path file = file(bytes.code('u').file());
        assertThatThrownBy(() -> WeightsFile.read(file))
                .isInstanceOf(WeightsFileException.class)
                .hasMessageContaining("net.pth: has ");
    }

    private static long[] longs(String list) {
        return Arrays.stream(list.split(",")).mapToLong(Long::parseLong).toArray();
    }

    /** Thirty tensors that repeat one value a million times would take 120 MB. */
    @Test
    void boundsTheMemoryOfRepeatedValues() throws IOException {
        TorchBytes bytes = TorchBytes.zip().orderedDict().code('(');
        for (int i = 0; i < 30; i++) {
            bytes.text("a" + i)
                    .tensor("FloatStorage", "0", TorchBytes.floats(1), 1, 0, new long[] {1 << 20}, new long[] {0});
        }
        Path file = file(bytes.code('u').file());
        assertThatThrownBy(() -> WeightsFile.read(file)).hasMessageContaining("tensor.clone()");
    }

    /** A thousand dictionaries of the same list of a thousand pairs, and one more: a file of 16 kB. */
    @Test
    void boundsTheTimeForRepeatedPairs() throws IOException {
        TorchBytes bytes =
                TorchBytes.zip().global("collections", "OrderedDict").code(']').code('q', 1);
        for (int i = 0; i < 1000; i++) {
            bytes.code(']').code('U', 1, 'a').code('a').code('N').code('a').code('a');
        }
        for (int i = 0; i < 1001; i++) {
            bytes.code('h', 0, 'h', 1, 0x85, 'R', '0');
        }
        Path file = file(bytes.code('}').file());
        assertThatThrownBy(() -> WeightsFile.read(file))
                .hasMessageContaining("ordered dictionaries of more than 1000000 pairs");
    }

    @Test
    void refusesMembersThatContradictThePickle() throws IOException {
        SequencedMap<String, byte[]> members = weights().members();
        members.put("data/0", new byte[23]);
        assertRefused(members, "has a storage of 23 bytes where its pickle says 24");
        members.remove("data/0");
        assertRefused(members, "has no member data/0");
        members.put("constants.pkl", new byte[0]);
        assertRefused(members, "is a program (TorchScript)");
        assertRefused(new TreeMap<>(Map.of("a.npy", new byte[0])), "NumPy arrays (.npz); convert");
        assertRefused(new TreeMap<>(Map.of("a", new byte[0])), "it contains no data.pkl");
        members.put("data.pkl", new byte[(1 << 22) + 1]);
        members.remove("constants.pkl");
        assertRefused(members, "has a pickle of 4194305 bytes");
    }

    private void assertRefused(SequencedMap<String, byte[]> members, String part) throws IOException {
        Path file = file(TorchBytes.zip(members));
        assertThatThrownBy(() -> WeightsFile.read(file))
                .isInstanceOf(WeightsFileException.class)
                .hasMessageContaining(part);
    }

    @Test
    void comparesChecksums() throws IOException {
        byte[] bytes = weights().file();
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        bytes[text.indexOf(new String(TorchBytes.floats(1, 2), StandardCharsets.ISO_8859_1))]++;
        Path file = file(bytes);
        assertThatThrownBy(() -> WeightsFile.read(file)).hasMessageContaining("checksum (CRC-32) does not match");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void refusesEveryTruncation(boolean legacy) throws IOException {
        byte[] whole =
                legacy ? weights(TorchBytes.legacy(), false).file() : weights().file();
        for (int length = 0; length < whole.length; length++) {
            Path file = file(Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> WeightsFile.read(file))
                    .as(length + " bytes")
                    .isInstanceOf(WeightsFileException.class)
                    .hasMessageContaining("net.pth");
        }
    }

    /** Both files contain the same net, as PyTorch's own writers saved it; golden logits belong to it. */
    @Test
    void readsTheSameAsSafetensorsFromPyTorch() {
        WeightsFile pth = WeightsFile.read(SharedFiles.require("golden/Net1_init.pth"));
        WeightsFile safetensors = WeightsFile.read(SharedFiles.require("golden/Net1_init.safetensors"));
        assertThat(pth.tensors()).hasSize(32).isEqualTo(safetensors.tensors());
        assertThat(pth.tensors().keySet())
                .containsExactlyElementsOf(safetensors.tensors().keySet());
    }

    @Test
    void readsSafetensorsWhoseHeaderStartsAsAPickleDoes() throws IOException {
        byte[] header = Arrays.copyOf("{}".getBytes(StandardCharsets.US_ASCII), 0x280);
        Arrays.fill(header, 2, header.length, (byte) ' ');
        byte[] file = new byte[8 + header.length];
        file[0] = (byte) 0x80;
        file[1] = 2;
        System.arraycopy(header, 0, file, 8, header.length);
        assertThat(WeightsFile.read(file(file)).tensors()).isEmpty();
    }
}
