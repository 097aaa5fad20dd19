package dev.voxgrad.nativecheck.library;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes a shared library for Linux on x86-64 that the loader accepts: one segment with a dynamic section, a symbol
 * table, a hash table of one bucket, one version for all symbols, and functions of a few bytes of machine code. No
 * compiler is needed.
 */
public final class FakeLibrary {
    private static final int HEADER = 64;
    private static final int SEGMENT = 56;
    private static final int SEGMENTS = 3;
    private static final int SYMBOL = 24;
    private static final int VERSION = 28;

    private final String soname;
    private final List<String> needed = new ArrayList<>();
    private final List<String> runPath = new ArrayList<>();
    private final Map<String, byte[]> functions = new LinkedHashMap<>();
    private final ByteArrayOutputStream strings = new ByteArrayOutputStream();

    private FakeLibrary(String soname) {
        this.soname = soname;
        strings.write(0);
    }

    public static FakeLibrary named(String soname) {
        return new FakeLibrary(soname);
    }

    public FakeLibrary needing(String... libraries) {
        needed.addAll(List.of(libraries));
        return this;
    }

    public FakeLibrary withRunPath(String folders) {
        runPath.add(folders);
        return this;
    }

    /** Adds a function with the given machine code. */
    public FakeLibrary with(String function, byte[] code) {
        functions.put(function, code);
        return this;
    }

    /** Writes the library into a folder under its name. */
    public Path into(Path folder) throws IOException {
        return Files.write(folder.resolve(soname), bytes());
    }

    /** Returns the file: header, program headers, dynamic section, hash table, symbols, version, code, strings. */
    public byte[] bytes() {
        List<long[]> dynamic = new ArrayList<>();
        needed.forEach(name -> dynamic.add(new long[] {1, string(name)}));
        runPath.forEach(path -> dynamic.add(new long[] {29, string(path)}));
        dynamic.add(new long[] {14, string(soname)});
        int symbols = functions.size() + 1;
        int dynamicAt = HEADER + SEGMENTS * SEGMENT;
        int hashAt = dynamicAt + (dynamic.size() + 9) * 16;
        int symbolsAt = aligned(hashAt + 4 * (3 + symbols));
        int versionAt = symbolsAt + symbols * SYMBOL;
        int codeAt = aligned(versionAt + VERSION + 2 * symbols);
        int codeLength = functions.values().stream()
                .mapToInt(code -> aligned(code.length))
                .sum();
        ByteBuffer table = symbols(codeAt);
        int stringsAt = codeAt + codeLength;
        int length = stringsAt + strings.size();
        dynamic.addAll(List.of(
                new long[] {4, hashAt},
                new long[] {5, stringsAt},
                new long[] {6, symbolsAt},
                new long[] {10, strings.size()},
                new long[] {11, SYMBOL},
                new long[] {0x6ffffffc, versionAt},
                new long[] {0x6ffffffd, 1},
                new long[] {0x6ffffff0, versionAt + VERSION},
                new long[] {0, 0}));
        ByteBuffer file = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        header(file);
        segment(file, 1, 7, 0, length, 4096);
        segment(file, 2, 6, dynamicAt, dynamic.size() * 16, 8);
        segment(file, 0x6474e551, 6, 0, 0, 8);
        dynamic.forEach(entry -> file.putLong(entry[0]).putLong(entry[1]));
        hash(file.position(hashAt), symbols);
        version(file.put(symbolsAt, table.array()).position(versionAt), (int)
                dynamic.get(needed.size() + runPath.size())[1]);
        for (int i = 1; i < symbols; i++) {
            file.putShort(versionAt + VERSION + 2 * i, (short) 2);
        }
        file.position(codeAt);
        functions.values().forEach(code -> file.put(code).position(aligned(file.position())));
        return file.put(stringsAt, strings.toByteArray()).array();
    }

    private static void header(ByteBuffer file) {
        file.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1}).position(16);
        file.putShort((short) 3)
                .putShort((short) 62)
                .putInt(1)
                .putLong(0)
                .putLong(HEADER)
                .putLong(0)
                .putInt(0);
        file.putShort((short) HEADER)
                .putShort((short) SEGMENT)
                .putShort((short) SEGMENTS)
                .putShort((short) 64)
                .putShort((short) 0)
                .putShort((short) 0);
    }

    private static void segment(ByteBuffer file, int kind, int flags, long at, long size, long alignment) {
        file.putInt(kind)
                .putInt(flags)
                .putLong(at)
                .putLong(at)
                .putLong(at)
                .putLong(size)
                .putLong(size)
                .putLong(alignment);
    }

    private static void hash(ByteBuffer file, int symbols) {
        file.putInt(1).putInt(symbols).putInt(symbols > 1 ? 1 : 0).putInt(0);
        for (int i = 1; i < symbols; i++) {
            file.putInt(i + 1 < symbols ? i + 1 : 0);
        }
    }

    /** Writes a version node, number 2, that is named like the library, because JCuda's natives require it. */
    private void version(ByteBuffer file, int name) {
        int hash = 0;
        for (char c : soname.toCharArray()) {
            hash = (hash << 4) + c;
            hash = (hash ^ (hash & 0xf0000000) >>> 24) & 0x0fffffff;
        }
        file.putShort((short) 1)
                .putShort((short) 0)
                .putShort((short) 2)
                .putShort((short) 1)
                .putInt(hash)
                .putInt(20)
                .putInt(0)
                .putInt(name)
                .putInt(0);
    }

    private ByteBuffer symbols(int codeAt) {
        ByteBuffer table = ByteBuffer.allocate((functions.size() + 1) * SYMBOL).order(ByteOrder.LITTLE_ENDIAN);
        table.position(SYMBOL);
        int at = codeAt;
        for (Map.Entry<String, byte[]> function : functions.entrySet()) {
            int length = function.getValue().length;
            table.putInt((int) string(function.getKey()))
                    .put((byte) 0x12)
                    .put((byte) 0)
                    .putShort((short) 1)
                    .putLong(at)
                    .putLong(length);
            at += aligned(length);
        }
        return table;
    }

    private long string(String text) {
        long at = strings.size();
        strings.writeBytes(text.getBytes(StandardCharsets.UTF_8));
        strings.write(0);
        return at;
    }

    private static int aligned(int length) {
        return (length + 7) / 8 * 8;
    }
}
