package dev.voxgrad.nn.onnx;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Encodes a message of Protocol Buffers: a sequence of fields, each with its number and wire type in front.
 *
 * <p>Source: protobuf.dev, "Encoding".
 */
final class Message {
    private static final int VARINT = 0;
    private static final int LENGTH_DELIMITED = 2;
    private static final int FIXED_32 = 5;
    private static final int PAYLOAD_BITS = 7;
    private static final int PAYLOAD = (1 << PAYLOAD_BITS) - 1;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /** Adds an integer: int32, int64 or an enum. */
    Message integer(int field, long value) {
        tag(field, VARINT);
        varint(value);
        return this;
    }

    /** Adds a float. */
    Message real(int field, double value) {
        tag(field, FIXED_32);
        bytes.writeBytes(ByteBuffer.allocate(Float.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putFloat((float) value)
                .array());
        return this;
    }

    /** Adds a string, in UTF-8. */
    Message text(int field, String value) {
        return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    /** Adds a message. */
    Message message(int field, Message value) {
        return bytes(field, value.toByteArray());
    }

    /** Adds bytes. */
    Message bytes(int field, byte[] value) {
        tag(field, LENGTH_DELIMITED);
        varint(value.length);
        bytes.writeBytes(value);
        return this;
    }

    byte[] toByteArray() {
        return bytes.toByteArray();
    }

    private void tag(int field, int wireType) {
        varint((long) field << 3 | wireType);
    }

    /** Writes seven bits to a byte, the lowest first; the highest bit says that more follow. */
    private void varint(long value) {
        long rest = value;
        while ((rest & ~PAYLOAD) != 0) {
            bytes.write((int) (rest & PAYLOAD | PAYLOAD + 1));
            rest >>>= PAYLOAD_BITS;
        }
        bytes.write((int) rest);
    }
}
