package dev.voxgrad.nn.weights.torch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes the bytes of PyTorch's files, instruction by instruction as Python's pickler writes them: in protocol 2, with
 * names that are remembered and used again.
 */
final class TorchBytes {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final SequencedMap<String, byte[]> storages = new LinkedHashMap<>();
    private final boolean legacy;
    private int memo;

    private TorchBytes(boolean legacy) {
        this.legacy = legacy;
        code(0x80, 2);
    }

    static TorchBytes zip() {
        return new TorchBytes(false);
    }

    static TorchBytes legacy() {
        return new TorchBytes(true);
    }

    TorchBytes code(int... codes) {
        for (int code : codes) {
            out.write(code);
        }
        return this;
    }

    TorchBytes code(char code) {
        return code((int) code);
    }

    /** Writes BINPUT of the next number. */
    private TorchBytes remember() {
        return code('q', memo++);
    }

    TorchBytes text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        code('X');
        out.writeBytes(little(4).putInt(bytes.length).array());
        out.writeBytes(bytes);
        return this;
    }

    TorchBytes integer(long value) {
        if (value >= 0 && value < 256) {
            return code('K', (int) value);
        }
        if (value == (int) value) {
            code('J');
            out.writeBytes(little(4).putInt((int) value).array());
            return this;
        }
        code(0x8a, 8);
        out.writeBytes(little(8).putLong(value).array());
        return this;
    }

    TorchBytes tuple(long... values) {
        code('(');
        for (long value : values) {
            integer(value);
        }
        return code('t');
    }

    TorchBytes global(String module, String name) {
        code('c');
        out.writeBytes((module + "\n" + name + "\n").getBytes(StandardCharsets.US_ASCII));
        return remember();
    }

    TorchBytes orderedDict() {
        return global("collections", "OrderedDict").code(')').code('R').remember();
    }

    /** Writes a tensor that is a view of a storage, whose values may be written with an earlier view. */
    TorchBytes tensor(
            String storageClass, String key, byte[] values, long count, long offset, long[] sizes, long[] strides) {
        storages.putIfAbsent(key, values);
        global("torch._utils", "_rebuild_tensor_v2").code('(');
        code('(')
                .text("storage")
                .global("torch", storageClass)
                .text(key)
                .text("cpu")
                .integer(count);
        code(legacy ? "Nt" : "t").code('Q');
        integer(offset).tuple(sizes).tuple(strides).code(0x89).orderedDict();
        return code('t').code('R').remember();
    }

    private TorchBytes code(String codes) {
        codes.chars().forEach(this::code);
        return this;
    }

    /** Writes a contiguous tensor with a storage of its own. */
    TorchBytes tensor(String storageClass, byte[] values, int count, long... sizes) {
        long[] strides = new long[sizes.length];
        long step = 1;
        for (int d = sizes.length - 1; d >= 0; d--) {
            strides[d] = step;
            step *= sizes[d];
        }
        return tensor(storageClass, String.valueOf(storages.size()), values, count, 0, sizes, strides);
    }

    static byte[] floats(float... values) {
        ByteBuffer bytes = little(4 * values.length);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }

    static byte[] longs(long... values) {
        ByteBuffer bytes = little(8 * values.length);
        bytes.asLongBuffer().put(values);
        return bytes.array();
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Returns the pickle alone, with STOP at its end. */
    byte[] pickle() {
        return code('.').out.toByteArray();
    }

    /** Returns the whole file. */
    byte[] file() {
        return legacy ? legacyFile() : zip(members());
    }

    /** Returns the members of the zip file, without the name of its folder. */
    SequencedMap<String, byte[]> members() {
        SequencedMap<String, byte[]> members = new LinkedHashMap<>();
        members.put("data.pkl", pickle());
        storages.forEach((key, values) -> members.put("data/" + key, values));
        members.put("version", "3\n".getBytes(StandardCharsets.US_ASCII));
        return members;
    }

    static byte[] zip(Map<String, byte[]> members) {
        return zip(members, ZipEntry.STORED);
    }

    static byte[] zip(Map<String, byte[]> members, int method) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> member : members.entrySet()) {
                ZipEntry entry = new ZipEntry("net/" + member.getKey());
                CRC32 crc = new CRC32();
                crc.update(member.getValue());
                entry.setMethod(method);
                if (method == ZipEntry.STORED) {
                    entry.setSize(member.getValue().length);
                    entry.setCrc(crc.getValue());
                }
                zip.putNextEntry(entry);
                zip.write(member.getValue());
                zip.closeEntry();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** Returns the five pickles, and the storages with their numbers of values. */
    private byte[] legacyFile() {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(bytes(0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, '.'));
        file.writeBytes(bytes(0x80, 2, 'M', 0xe9, 3, '.'));
        file.writeBytes(new TorchBytes(true)
                .code('}')
                .code('(')
                .text("little_endian")
                .code(0x88, 'u')
                .pickle());
        file.writeBytes(pickle());
        TorchBytes keys = new TorchBytes(true).code(']').code('(');
        storages.keySet().forEach(keys::text);
        file.writeBytes(keys.code('e').pickle());
        storages.values().forEach(values -> {
            file.writeBytes(little(8).putLong(values.length / 4).array()); // those of floats
            file.writeBytes(values);
        });
        return file.toByteArray();
    }

    static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }
}
