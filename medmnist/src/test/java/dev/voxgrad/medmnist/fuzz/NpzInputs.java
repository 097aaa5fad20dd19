package dev.voxgrad.medmnist.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * Makes zip files of arrays, byte by byte, so that the central directory, the local headers and the content can
 * disagree. Format: PKWARE's APPNOTE.TXT, sections 4.3.7, 4.3.12 and 4.3.16.
 */
final class NpzInputs {
    private static final int LOCAL = 0x04034b50;
    private static final int CENTRAL = 0x02014b50;
    private static final int END = 0x06054b50;
    private static final int DEFLATED = 8;

    /** Describes a member as each of the two places in the file does. */
    private record Member(byte[] name, int method, long packed, long size, long crc, long offset) {}

    private NpzInputs() {}

    /** Makes a data set in MedMNIST's layout, or members of other names, kinds and sizes. */
    static byte[] any(Chance chance) {
        Map<String, byte[]> arrays = chance.in(3) ? someArrays(chance) : dataSet(chance);
        return chance.in(2) ? Damage.bytes(zip(arrays, chance), chance) : zip(arrays, chance);
    }

    private static Map<String, byte[]> someArrays(Chance chance) {
        Map<String, byte[]> arrays = new LinkedHashMap<>();
        for (int i = chance.below(5); i >= 0; i--) {
            arrays.put(
                    chance.one("train_images", "train_labels", "a", "arr_0", chance.text()) + ".npy",
                    chance.in(10) ? NpyInputs.zeros(chance) : NpyInputs.any(chance));
        }
        return arrays;
    }

    private static Map<String, byte[]> dataSet(Chance chance) {
        Map<String, byte[]> arrays = new LinkedHashMap<>();
        int edge = 2 + chance.below(4);
        int depth = chance.in(3) ? 1 + chance.below(6) : edge;
        int channels = chance.in(4) ? 1 + chance.below(4) : 0;
        int images = chance.below(10);
        int labels = chance.below(12);
        for (String split : List.of("train", "val", "test")) {
            int count = chance.in(30) ? 0 : 2 + chance.below(4);
            arrays.put(
                    split + "_images.npy",
                    images(chance.in(20) ? chance.below(10) : images, chance, count, depth, edge, channels));
            arrays.put(split + "_labels.npy", labels(chance.in(20) ? chance.below(12) : labels, chance, count));
        }
        if (chance.in(4)) {
            String name = List.copyOf(arrays.keySet()).get(chance.below(arrays.size()));
            switch (chance.below(4)) {
                case 0 -> arrays.remove(name);
                case 1 -> arrays.put(name, NpyInputs.any(chance));
                case 2 -> arrays.put(name, Damage.bytes(arrays.get(name), chance));
                default -> arrays.put(name.toUpperCase(Locale.ROOT), arrays.get(name));
            }
        }
        return arrays;
    }

    private static byte[] images(int kind, Chance chance, int count, int depth, int edge, int channels) {
        int elements = count * depth * edge * edge * Math.max(channels, 1);
        int[] shape =
                channels == 0 ? new int[] {count, depth, edge, edge} : new int[] {count, depth, edge, edge, channels};
        return switch (kind) {
            case 0 -> NpyInputs.whole("<f4", chance.bytes(4 * elements), shape);
            case 1 -> NpyInputs.whole("|b1", bits(chance, elements), shape);
            case 2 -> NpyInputs.whole(chance.one("<i2", "<f2"), chance.bytes(2 * elements), shape);
            default -> NpyInputs.whole("|u1", chance.bytes(elements), shape);
        };
    }

    private static byte[] labels(int kind, Chance chance, int count) {
        return switch (kind) {
            case 0 -> NpyInputs.whole("|u1", chance.bytes(count), count, 1);
            case 1 -> NpyInputs.whole("|u1", bits(chance, 3 * count), count, 3);
            case 2 -> NpyInputs.whole("<f4", chance.bytes(4 * count), count);
            case 3 -> NpyInputs.whole("<i8", chance.bytes(8 * count), count, 1);
            default -> NpyInputs.whole("|u1", bits(chance, count), count, 1);
        };
    }

    private static byte[] bits(Chance chance, int count) {
        byte[] bits = chance.bytes(count);
        for (int i = 0; i < count; i++) {
            bits[i] &= 1;
        }
        return bits;
    }

    /** Makes a zip file of these members, whose headers may be wrong. */
    static byte[] zip(Map<String, byte[]> contents, Chance chance) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        List<Member> members = new ArrayList<>();
        boolean lies = chance.in(4);
        for (Map.Entry<String, byte[]> content : contents.entrySet()) {
            Member member = member(out.size(), content.getKey(), content.getValue(), chance);
            byte[] packed = member.method() == DEFLATED ? deflated(content.getValue()) : content.getValue();
            describe(out, LOCAL, lies ? lie(member, chance) : member, chance);
            out.writeBytes(packed);
            members.add(lies ? lie(member, chance) : member);
            if (chance.in(200)) {
                members.add(member);
            }
        }
        int start = out.size();
        members.forEach(member -> describe(out, CENTRAL, member, chance));
        ByteBuffer end = ByteBuffer.allocate(22).order(ByteOrder.LITTLE_ENDIAN);
        int count = lies && chance.in(3) ? (int) chance.number() : members.size();
        end.putInt(END).putInt(0).putShort((short) count).putShort((short) count);
        end.putInt(lies && chance.in(3) ? (int) chance.number() : out.size() - start);
        end.putInt(lies && chance.in(3) ? (int) chance.number() : start).putShort((short) 0);
        out.writeBytes(end.array());
        return out.toByteArray();
    }

    private static Member member(int offset, String name, byte[] content, Chance chance) {
        CRC32 crc = new CRC32();
        crc.update(content);
        boolean deflated = chance.in(2);
        int method = chance.in(200) ? (int) chance.number() : deflated ? DEFLATED : 0;
        long packed = method == DEFLATED ? deflated(content).length : content.length;
        return new Member(
                name.getBytes(StandardCharsets.UTF_8), method, packed, content.length, crc.getValue(), offset);
    }

    private static Member lie(Member truth, Chance chance) {
        return switch (chance.below(7)) {
            case 0 -> new Member(truth.name, truth.method, chance.number(), truth.size, truth.crc, truth.offset);
            case 1 -> new Member(truth.name, truth.method, truth.packed, chance.number(), truth.crc, truth.offset);
            case 2 -> new Member(truth.name, truth.method, truth.packed, truth.size, chance.number(), truth.offset);
            case 3 -> new Member(truth.name, truth.method, truth.packed, truth.size, truth.crc, chance.number());
            case 4 ->
                new Member(
                        chance.text().getBytes(StandardCharsets.UTF_8),
                        truth.method,
                        truth.packed,
                        truth.size,
                        truth.crc,
                        truth.offset);
            default -> truth;
        };
    }

    private static byte[] deflated(byte[] content) {
        try (Deflater deflater = new Deflater(Deflater.BEST_SPEED, true)) {
            deflater.setInput(content);
            deflater.finish();
            byte[] buffer = new byte[content.length + 100];
            return Arrays.copyOf(buffer, deflater.deflate(buffer));
        }
    }

    private static void describe(ByteArrayOutputStream out, int kind, Member member, Chance chance) {
        byte[] extra = chance.in(400) ? chance.bytes(chance.below(40)) : new byte[0];
        int flags = chance.in(400) ? (int) chance.number() : 0;
        ByteBuffer header = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        header.putInt(kind);
        if (kind == CENTRAL) {
            header.putShort((short) 20);
        }
        header.putShort((short) 20)
                .putShort((short) flags)
                .putShort((short) member.method)
                .putInt(0x21_0000);
        header.putInt((int) member.crc).putInt((int) member.packed).putInt((int) member.size);
        header.putShort((short) member.name.length).putShort((short) extra.length);
        if (kind == CENTRAL) {
            header.putShort((short) 0)
                    .putShort((short) 0)
                    .putShort((short) 0)
                    .putInt(0)
                    .putInt((int) member.offset);
        }
        out.write(header.array(), 0, header.position());
        out.writeBytes(member.name);
        out.writeBytes(extra);
    }
}
