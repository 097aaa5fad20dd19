package dev.voxgrad.medmnist.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;

import tools.jackson.databind.json.JsonMapper;

/** Makes weights in the safetensors format, and checkpoints, which are such files with a state and a checksum. */
final class SafetensorsInputs {
    private static final Map<String, Integer> TYPES =
            Map.of("F32", 4, "I64", 8, "F64", 8, "F16", 2, "BF16", 2, "I32", 4, "U8", 1, "BOOL", 1);

    private SafetensorsInputs() {}

    /** Makes some tensors, whose header may be changed after the offsets were computed. */
    static byte[] any(Chance chance) {
        StringBuilder header = new StringBuilder("{");
        if (chance.in(3)) {
            header.append("\"__metadata__\":{\"format\":\"pt\",\"state\":\"x\"},");
        }
        long at = 0;
        int tensors = chance.in(50) ? 2000 : chance.below(6);
        for (int i = 0; i < tensors; i++) {
            String type = chance.one(
                    "F32",
                    "F32",
                    "F32",
                    "I64",
                    "I64",
                    "F64",
                    "F16",
                    "BF16",
                    "I32",
                    chance.in(5) ? "U8" : "F32",
                    chance.in(5) ? "BOOL" : "F32");
            int rows = chance.in(30) ? 0 : 1 + chance.below(4);
            int columns = 1 + chance.below(5);
            long end = at + (long) rows * columns * TYPES.get(type);
            header.append("\"net/layer")
                    .append(i)
                    .append(".weight\":{\"dtype\":\"")
                    .append(type)
                    .append("\",\"shape\":[")
                    .append(rows)
                    .append(',')
                    .append(columns)
                    .append("],\"data_offsets\":[")
                    .append(at)
                    .append(',')
                    .append(end)
                    .append("]},");
            at = end;
        }
        if (header.charAt(header.length() - 1) == ',') {
            header.setLength(header.length() - 1);
        }
        header.append('}');
        byte[] text = chance.in(3)
                ? JsonInputs.bytes(header.toString(), chance)
                : header.toString().getBytes(StandardCharsets.UTF_8);
        return Damage.bytes(file(text, chance.bytes((int) at), chance), chance);
    }

    private static byte[] file(byte[] header, byte[] data, Chance chance) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        long length = chance.in(30) ? chance.number() : header.length;
        out.writeBytes(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(length)
                .array());
        out.writeBytes(header);
        out.writeBytes(data);
        return out.toByteArray();
    }

    /**
     * Makes a checkpoint with one tensor; its checksum is right more often than not, so that the state is read as well.
     */
    static byte[] checkpoint(String state, Chance chance) {
        String text = chance.in(8)
                ? new String(Damage.text(state, chance), StandardCharsets.UTF_8)
                : JsonInputs.text(state, chance);
        byte[] data = chance.bytes(24);
        String sum = chance.in(6) ? chance.text() : sum(text, data);
        String header = "{\"__metadata__\":{\"state\":" + quoted(text) + ",\"sha256\":" + quoted(sum) + "},"
                + "\"net/a\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]}}";
        byte[] file = file(header.getBytes(StandardCharsets.UTF_8), data, chance);
        return chance.in(4) ? Damage.bytes(file, chance) : file;
    }

    private static String quoted(String text) {
        return JsonMapper.shared().writeValueAsString(text);
    }

    /** Returns the checksum that {@code Checkpoint} computes: over the state, names, shapes and big-endian values. */
    private static String sum(String state, byte[] littleEndian) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(state.getBytes(StandardCharsets.UTF_8));
            digest.update("net/a[2,3]".getBytes(StandardCharsets.UTF_8));
            ByteBuffer numbers = ByteBuffer.wrap(littleEndian).order(ByteOrder.LITTLE_ENDIAN);
            ByteBuffer turned = ByteBuffer.allocate(littleEndian.length);
            while (numbers.hasRemaining()) {
                turned.putFloat(numbers.getFloat());
            }
            digest.update(turned.array());
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
