package dev.voxgrad.medmnist.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Damages files of any kind: changes, drops and repeats bytes; drops fields and lines of a text. */
final class Damage {
    private static final Pattern NUMBER = Pattern.compile("-?\\d+(?:\\.\\d+)?(?:[eE]-?\\d+)?");

    /** Limits repeated lines, which would otherwise be most of the work. */
    private static final int LONGEST_TEXT = 1 << 18;

    private Damage() {}

    /** Changes bytes in up to four places; half of the files stay as they are, to be read to the end. */
    static byte[] bytes(byte[] whole, Chance chance) {
        byte[] now = whole;
        for (int times = chance.in(2) ? 0 : 1 + chance.below(4); times > 0 && now.length > 0; times--) {
            now = once(now, chance);
        }
        return now;
    }

    private static byte[] once(byte[] file, Chance chance) {
        int at = chance.below(file.length);
        int count = 1 + chance.below(Math.min(file.length - at, 64));
        return switch (chance.below(8)) {
            case 0 -> flip(file, at, chance);
            case 1 -> number(file, at, chance);
            case 2 -> number(file, Math.min(at, chance.below(Math.min(file.length, 128))), chance);
            case 3 -> spliced(file, 0, at, new byte[0], file.length);
            case 4 -> spliced(file, 0, at, chance.bytes(count), at);
            case 5 -> spliced(file, 0, at, new byte[0], at + count);
            case 6 -> spliced(file, 0, at + count, new byte[0], at);
            default -> spliced(file, 0, file.length, chance.bytes(count), file.length);
        };
    }

    private static byte[] flip(byte[] file, int at, Chance chance) {
        byte[] changed = file.clone();
        changed[at] ^= (byte) (1 << chance.below(8));
        return changed;
    }

    /** Puts a number of one, two, four or eight bytes over what is there. */
    private static byte[] number(byte[] file, int at, Chance chance) {
        byte[] changed = file.clone();
        ByteBuffer number = ByteBuffer.allocate(8)
                .order(chance.in(4) ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN)
                .putLong(chance.number())
                .flip();
        int count = Math.min(1 << chance.below(4), file.length - at);
        number.get(changed, at, count);
        return changed;
    }

    /** Returns the file up to {@code end}, something else, and the file from {@code next} on. */
    private static byte[] spliced(byte[] file, int start, int end, byte[] between, int next) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(file, start, end - start);
        out.writeBytes(between);
        out.write(file, next, file.length - next);
        return out.toByteArray();
    }

    /** Changes numbers, separators and lines of a text in up to four places and then, sometimes, its encoding. */
    static byte[] text(String whole, Chance chance) {
        String now = whole;
        for (int times = chance.in(4) ? 0 : 1 + chance.below(4); times > 0; times--) {
            now = once(now, chance);
        }
        byte[] bytes = now.substring(0, Math.min(now.length(), LONGEST_TEXT)).getBytes(charset(chance));
        return chance.in(10) ? bytes(bytes, chance) : bytes;
    }

    private static Charset charset(Chance chance) {
        return switch (chance.below(30)) {
            case 0 -> StandardCharsets.UTF_16;
            case 1 -> StandardCharsets.ISO_8859_1;
            default -> StandardCharsets.UTF_8;
        };
    }

    private static String once(String text, Chance chance) {
        int at = chance.below(text.length() + 1);
        return switch (chance.below(9)) {
            case 0, 1, 2 -> replaced(text, NUMBER, chance.in(4) ? chance.text() : chance.numberText(), chance);
            case 3 -> text.substring(0, at);
            case 4 -> text.substring(0, at) + chance.text() + text.substring(at);
            case 5 -> lines(text, chance);
            case 6 ->
                replaced(text, Pattern.compile("[,:=\\s|]"), chance.one("", ",", "  ", "\t", ";", "\n", "\0"), chance);
            case 7 -> replaced(text, Pattern.compile("[A-Za-z_]+"), chance.text(), chance);
            default ->
                chance.one(
                        "\uFEFF" + text,
                        text.replace("\n", "\r\n"),
                        text.replace("\n", "\r"),
                        text.replace("\n", ""),
                        text + "\n\n\n",
                        text.replace(",", ";"));
        };
    }

    /** Replaces one occurrence of a pattern. */
    private static String replaced(String text, Pattern pattern, String with, Chance chance) {
        Matcher matcher = pattern.matcher(text);
        List<int[]> found = new ArrayList<>();
        while (matcher.find()) {
            found.add(new int[] {matcher.start(), matcher.end()});
        }
        if (found.isEmpty()) {
            return with;
        }
        int[] one = found.get(chance.below(found.size()));
        return text.substring(0, one[0]) + with + text.substring(one[1]);
    }

    private static String lines(String text, Chance chance) {
        List<String> lines = new ArrayList<>(text.lines().toList());
        if (lines.isEmpty()) {
            return text;
        }
        int at = chance.below(lines.size());
        switch (chance.below(4)) {
            case 0 -> lines.remove(at);
            case 1 -> lines.add(at, lines.get(chance.below(lines.size())));
            case 2 -> lines.set(at, (lines.get(at) + chance.one("", ",", " ")).repeat(1 + chance.below(200)));
            default -> lines.addAll(List.copyOf(lines));
        }
        return String.join("\n", lines) + "\n";
    }
}
