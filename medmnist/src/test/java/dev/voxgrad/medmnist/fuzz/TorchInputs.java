package dev.voxgrad.medmnist.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes files of PyTorch, instruction by instruction of their pickles: whole ones, and some whose instructions are
 * dropped, repeated, or made up.
 */
final class TorchInputs {
    private static final Map<String, Integer> TYPES =
            Map.of("FloatStorage", 4, "LongStorage", 8, "HalfStorage", 2, "BoolStorage", 1, "ComplexFloatStorage", 8);

    private final Chance chance;
    private final boolean legacy;
    private final List<byte[]> instructions = new ArrayList<>();
    private final Map<String, byte[]> storages = new LinkedHashMap<>();
    private final Map<String, Integer> counts = new LinkedHashMap<>();

    private TorchInputs(Chance chance, boolean legacy) {
        this.chance = chance;
        this.legacy = legacy;
    }

    /** Makes a zip file or the older stream. */
    static byte[] any(Chance chance) {
        boolean legacy = chance.in(3);
        TorchInputs file = new TorchInputs(chance, legacy);
        file.checkpoint();
        byte[] whole = legacy ? file.stream() : file.zip();
        return chance.in(2) ? Damage.bytes(whole, chance) : whole;
    }

    /** Makes the weights of a net of one layer from two values to one: mostly right, so that it is loaded. */
    static byte[] linear(Chance chance) {
        TorchInputs file = new TorchInputs(chance, false);
        file.dictionary().add("(").text("weight").tensor("FloatStorage", 1, 2);
        file.text(chance.in(20) ? chance.text() : "bias")
                .tensor("FloatStorage", 1)
                .add("u");
        byte[] whole = file.zip();
        return chance.in(3) ? Damage.bytes(whole, chance) : whole;
    }

    private void checkpoint() {
        boolean wrapped = chance.in(2);
        if (wrapped) {
            add("}(").text("epoch").number(chance.number());
            text(chance.one("net", "state_dict", chance.text()));
        }
        dictionary().add("(");
        int tensors = chance.in(50) ? 500 : chance.below(6);
        for (int i = 0; i < tensors; i++) {
            text(chance.in(40) ? chance.text() : "layer" + i + ".weight");
            int rows = chance.in(30) ? 0 : 1 + chance.below(4);
            tensor(chance.one("FloatStorage", "FloatStorage", "LongStorage", "HalfStorage", "BoolStorage"), rows, 3);
        }
        add("u");
        if (wrapped) {
            add("u");
        }
        if (chance.in(3)) {
            change();
        }
    }

    /** Changes instructions in up to four places. */
    private void change() {
        for (int times = 1 + chance.below(4); times > 0 && !instructions.isEmpty(); times--) {
            int at = chance.below(instructions.size());
            switch (chance.below(5)) {
                case 0 -> instructions.remove(at);
                case 1 -> instructions.add(at, instructions.get(chance.below(instructions.size())));
                case 2 ->
                    instructions.add(at, bytes(chance.one("(", "}", "]", ")", "t", "R", "b", "Q", "0", "1", "2", "a")));
                case 3 -> instructions.set(at, made(chance));
                default -> {
                    byte[] one = instructions.get(at);
                    for (int i = chance.below(2000); i > 0; i--) {
                        instructions.add(at, one);
                    }
                }
            }
        }
    }

    private static byte[] made(Chance chance) {
        return switch (chance.below(4)) {
            case 0 -> bytes("c" + chance.one("os", "posix", "torch", chance.text()) + "\n" + chance.text() + "\n");
            case 1 -> chance.bytes(1 + chance.below(6));
            case 2 -> little((byte) 'X', (int) chance.number());
            default -> little((byte) 'J', (int) chance.number());
        };
    }

    private TorchInputs add(String codes) {
        for (char code : codes.toCharArray()) {
            instructions.add(new byte[] {(byte) code});
        }
        return this;
    }

    private TorchInputs text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(little((byte) 'X', bytes.length));
        out.writeBytes(bytes);
        instructions.add(out.toByteArray());
        return this;
    }

    private TorchInputs number(long value) {
        ByteBuffer bytes = ByteBuffer.allocate(10).order(ByteOrder.LITTLE_ENDIAN);
        instructions.add(bytes.put((byte) 0x8a).put((byte) 8).putLong(value).array());
        return this;
    }

    private TorchInputs global(String module, String name) {
        instructions.add(bytes("c" + module + "\n" + name + "\n"));
        return this;
    }

    private TorchInputs dictionary() {
        return global("collections", "OrderedDict").add(")R");
    }

    private TorchInputs tensor(String type, int... sizes) {
        int count = 1;
        for (int size : sizes) {
            count *= size;
        }
        boolean shared = chance.in(10) && !storages.isEmpty();
        String key = String.valueOf(shared ? 0 : storages.size());
        storages.putIfAbsent(key, chance.bytes(count * TYPES.get(type)));
        counts.putIfAbsent(key, count);
        global("torch._utils", "_rebuild_tensor_v2")
                .add("((")
                .text("storage")
                .global("torch", type)
                .text(key);
        text("cpu")
                .number(odd(counts.get(key)))
                .add(legacy ? "NtQ" : "tQ")
                .number(odd(0))
                .add("(");
        for (int size : sizes) {
            number(odd(size));
        }
        add("t(");
        for (int d = 0; d < sizes.length; d++) {
            number(odd(d == 0 && sizes.length > 1 ? sizes[1] : 1));
        }
        return add("t\u0089").dictionary().add("tR");
    }

    /** Returns the number or, now and then, another. */
    private long odd(long number) {
        return chance.in(200) ? chance.number() : number;
    }

    private byte[] pickle() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {(byte) 0x80, 2});
        instructions.forEach(out::writeBytes);
        out.write('.');
        return out.toByteArray();
    }

    private byte[] zip() {
        Map<String, byte[]> members = new LinkedHashMap<>();
        members.put("net/data.pkl", pickle());
        if (chance.in(4)) {
            members.put("net/byteorder", bytes(chance.one("little", "big", chance.text())));
        }
        storages.forEach((key, values) -> members.put("net/data/" + key, values));
        return NpzInputs.zip(members, chance);
    }

    private byte[] stream() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(bytes(
                "\u0080\u0002\u008a\nl\u00fc\u009cF\u00f9 j\u00a8P\u0019.\u0080\u0002M\u00e9\u0003.\u0080\u0002}."));
        out.writeBytes(pickle());
        TorchInputs keys = new TorchInputs(chance, true);
        keys.add("](");
        storages.keySet().forEach(keys::text);
        out.writeBytes(keys.add("e").pickle());
        storages.forEach((key, values) -> {
            ByteBuffer count = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
            out.writeBytes(count.putLong(odd(counts.get(key))).array());
            out.writeBytes(values);
        });
        return out.toByteArray();
    }

    private static byte[] little(byte code, int value) {
        return ByteBuffer.allocate(5)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(code)
                .putInt(value)
                .array();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
