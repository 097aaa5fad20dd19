package dev.voxgrad.medmnist.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/** Makes arrays in numpy's format: headers that are correct, unusual, or contradict what follows. */
final class NpyInputs {
    private NpyInputs() {}

    /** Makes an array of some type and shape, which may claim more than there is. */
    static byte[] any(Chance chance) {
        String type = chance.one(
                "|u1", "|b1", "<i2", ">i2", "<f2", "<f4", ">f4", "<f8", "<i8", ">i8", "<u4", "|i1", "<u8", "=f4", "f4",
                "u1");
        if (chance.in(8)) {
            type = chance.one("|O", "<U10", "|S5", "<c16", "|V8", "<M8[ns]", "<f16", "", "<f", "[('a', '<i4')]");
        }
        List<Long> shape = shape(chance);
        return Damage.bytes(array(type, chance.in(3), shape, data(type, shape, chance), chance), chance);
    }

    /** Up to a million zeros in one of up to 5000 dimensions: packed, a file of a kilobyte or two. */
    static byte[] zeros(Chance chance) {
        List<Long> shape = new ArrayList<>(Collections.nCopies(chance.one(3, 65, 4900, chance.below(5000)), 1L));
        int count = 1 << (chance.in(2) ? 20 : chance.below(20));
        shape.add(chance.below(shape.size() + 1), (long) count);
        return file(1, header("'|u1'", chance.one("True", "False"), tuple(shape).replace(" ", "")), 0, new byte[count]);
    }

    private static List<Long> shape(Chance chance) {
        List<Long> shape = new ArrayList<>();
        int dimensions = chance.in(12) ? chance.below(100) : chance.in(200) ? 2500 : chance.below(6);
        boolean small = !chance.in(4);
        for (int i = 0; i < dimensions; i++) {
            shape.add(small || i > 3 ? chance.in(50) ? 0L : i > 5 ? 1L : 1L + chance.below(5) : chance.number());
        }
        return shape;
    }

    private static byte[] data(String type, List<Long> shape, Chance chance) {
        long count = 1;
        for (long size : shape) {
            count *= Math.clamp(size, 0, 5000);
            count = Math.min(count, 5000);
        }
        int bytes = type.isEmpty() ? 1 : Math.clamp(type.charAt(type.length() - 1) - '0', 1, 8);
        return chance.bytes((int) (count * bytes) + (chance.in(10) ? chance.below(9) - 4 < 0 ? 0 : 3 : 0));
    }

    /** Makes an array of exactly that type and shape, in order. */
    static byte[] whole(String type, byte[] data, int... shape) {
        List<Long> sizes = new ArrayList<>();
        for (int size : shape) {
            sizes.add((long) size);
        }
        return file(1, header("'" + type + "'", "False", tuple(sizes)), 0, data);
    }

    private static byte[] array(String type, boolean fortran, List<Long> shape, byte[] data, Chance chance) {
        String descr = type.startsWith("[") ? type : "'" + type + "'";
        String order = chance.in(20) ? chance.one("true", "1", "None", "'C'", "", "Maybe") : fortran ? "True" : "False";
        String sizes = tuple(shape);
        if (chance.in(12)) {
            sizes = chance.one(
                    sizes.replace(",", "L,"),
                    sizes.replace("(", "[").replace(")", "]"),
                    "(".repeat(3000),
                    "()",
                    "(,)",
                    "(1,,2)",
                    "(" + chance.numberText() + ",)",
                    "(-1,)",
                    "None",
                    "(1 2)",
                    "( 3 , 4 )",
                    "(2,3",
                    "(" + "1,".repeat(65) + ")",
                    "(" + "0,".repeat(10_000) + ")",
                    "(" + "1".repeat(9000) + ",)");
        }
        String header = header(descr, order, sizes);
        if (chance.in(10)) {
            header = chance.one(
                    header.replace("'", "\""),
                    header.replace(": ", ":"),
                    header + " " + header,
                    "{}",
                    "",
                    header.replace("}", ""),
                    header.replace("'shape'", "'descr'"),
                    "{" + header + "}",
                    header.replace("{", "{'more': " + chance.numberText() + ", "),
                    header.replace(", }", "}"),
                    header.replace("'descr'", "'" + chance.text() + "'"),
                    "#" + header);
        }
        int version = chance.in(12) ? (int) chance.number() : 1 + chance.below(3);
        return file(version, header, chance.in(15) ? chance.number() : 0, data);
    }

    private static String tuple(List<Long> shape) {
        String sizes = shape.stream().map(String::valueOf).collect(Collectors.joining(", "));
        return "(" + sizes + (shape.size() == 1 ? ",)" : ")");
    }

    private static String header(String descr, String order, String shape) {
        return "{'descr': " + descr + ", 'fortran_order': " + order + ", 'shape': " + shape + ", }";
    }

    /** @param stated the header's length as the file states it; 0 for the true one */
    private static byte[] file(int version, String header, long stated, byte[] data) {
        int lengthBytes = version == 1 ? 2 : 4;
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        int padding = 63 - (8 + lengthBytes + text.length) % 64;
        int length = text.length + padding + 1;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) version, 0});
        out.write(
                ByteBuffer.allocate(8)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(stated == 0 ? length : stated)
                        .array(),
                0,
                lengthBytes);
        out.writeBytes(text);
        out.writeBytes(" ".repeat(padding).getBytes(StandardCharsets.US_ASCII));
        out.write('\n');
        out.writeBytes(data);
        return out.toByteArray();
    }
}
