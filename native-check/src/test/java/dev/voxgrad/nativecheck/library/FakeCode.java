package dev.voxgrad.nativecheck.library;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Generates machine code for x86-64 Linux, for the functions of a {@link FakeLibrary}. */
public final class FakeCode {
    private FakeCode() {}

    /** Generates {@code return value;}. */
    public static byte[] returns(int value) {
        return code(6).put((byte) 0xb8).putInt(value).put((byte) 0xc3).array();
    }

    /** Generates {@code *(int *) first = value; return 0;}. */
    public static byte[] stores(int value) {
        return code(9).put(bytes(0xc7, 0x07))
                .putInt(value)
                .put(bytes(0x31, 0xc0, 0xc3))
                .array();
    }

    /** Generates {@code *(long *) first = value; return 0;}. */
    public static byte[] storesLong(int value) {
        return code(10).put(bytes(0x48, 0xc7, 0x07))
                .putInt(value)
                .put(bytes(0x31, 0xc0, 0xc3))
                .array();
    }

    /** Generates {@code *(int *) second = value; return 0;}. */
    public static byte[] storesInSecond(int value) {
        return code(9).put(bytes(0xc7, 0x06))
                .putInt(value)
                .put(bytes(0x31, 0xc0, 0xc3))
                .array();
    }

    /** Generates {@code *(long *) second = value; return 0;}. */
    public static byte[] storesLongInSecond(int value) {
        return code(10).put(bytes(0x48, 0xc7, 0x06))
                .putInt(value)
                .put(bytes(0x31, 0xc0, 0xc3))
                .array();
    }

    /** Generates {@code *(int *) first = one; *(int *) second = other; return 0;}. */
    public static byte[] storesBoth(int one, int other) {
        return code(15).put(bytes(0xc7, 0x07))
                .putInt(one)
                .put(storesInSecond(other))
                .array();
    }

    /** Generates {@code strcpy(second, text); return 0;}. */
    public static byte[] copiesToSecond(String text) {
        byte[] all = (text + "\0").getBytes(StandardCharsets.US_ASCII);
        return code(20 + all.length)
                .put(bytes(0x48, 0x89, 0xf7, 0x48, 0x8d, 0x35))
                .putInt(10)
                .put((byte) 0xb9)
                .putInt(all.length)
                .put(bytes(0xf3, 0xa4, 0x31, 0xc0, 0xc3))
                .put(all)
                .array();
    }

    /** Generates {@code return text;}. */
    public static byte[] returnsText(String text) {
        byte[] all = (text + "\0").getBytes(StandardCharsets.US_ASCII);
        return code(8 + all.length)
                .put(bytes(0x48, 0x8d, 0x05))
                .putInt(1)
                .put((byte) 0xc3)
                .put(all)
                .array();
    }

    /** Generates {@code *(int *) first = second == chosen ? one : other; return 0;}. */
    public static byte[] storesBySecond(int chosen, int one, int other) {
        return code(23).put(bytes(0x83, 0xfe, chosen, 0x74, 9))
                .put(stores(other))
                .put(stores(one))
                .array();
    }

    /** Generates code that writes a line to standard error and kills its own process, as an abort of cuDNN does. */
    public static byte[] diesSaying(String line) {
        byte[] text = (line + "\n").getBytes(StandardCharsets.US_ASCII);
        byte[] afterAddress = code(26).put((byte) 0xba)
                .putInt(text.length)
                .put(bytes(0x0f, 0x05))
                .put((byte) 0xb8)
                .putInt(39)
                .put(bytes(0x0f, 0x05, 0x89, 0xc7))
                .put((byte) 0xbe)
                .putInt(9)
                .put((byte) 0xb8)
                .putInt(62)
                .array();
        ByteBuffer all = code(17 + afterAddress.length + 4 + text.length);
        all.put((byte) 0xb8)
                .putInt(1)
                .put((byte) 0xbf)
                .putInt(2)
                .put(bytes(0x48, 0x8d, 0x35))
                .putInt(afterAddress.length + 4)
                .put(afterAddress)
                .put(bytes(0x0f, 0x05, 0x0f, 0x0b))
                .put(text);
        return all.array();
    }

    private static ByteBuffer code(int length) {
        return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }
}
