package dev.voxgrad.medmnist.fuzz;

import java.util.List;
import java.util.SplittableRandom;

/** Draws the random choices of one input: the same seed makes the same input on every machine. */
final class Chance {
    private static final List<Long> NUMBERS = List.of(
            0L,
            1L,
            -1L,
            2L,
            3L,
            4L,
            7L,
            8L,
            16L,
            28L,
            63L,
            64L,
            65L,
            127L,
            128L,
            255L,
            256L,
            257L,
            1000L,
            10_000L,
            10_001L,
            32_767L,
            32_768L,
            65_535L,
            65_536L,
            1_000_001L,
            1L << 24,
            (1L << 31) - 9,
            (1L << 31) - 8,
            (1L << 31) - 1,
            1L << 31,
            (1L << 32) - 1,
            1L << 32,
            1L << 53,
            Long.MAX_VALUE,
            Long.MIN_VALUE,
            (long) Integer.MIN_VALUE);
    private static final List<String> NUMBER_TEXTS = List.of(
            "NaN",
            "nan",
            "Infinity",
            "-Infinity",
            "1e308",
            "1e999",
            "1e-999",
            "1e999999999",
            "-0",
            "-0.0",
            "0x1p3",
            "1.5",
            "1.0000000001",
            "+1",
            "01",
            "1_000",
            "1L",
            "0.5f",
            "٣",
            "999999999999999999999999999999",
            "");
    private static final List<String> TEXTS = List.of(
            "",
            " ",
            "\0",
            "a\0b",
            "\u001b[2J\u001b[H",
            "\u202e",
            "\r\n",
            "\n",
            "\t",
            ",",
            "\"",
            "'",
            "\\",
            "ü",
            "\uFEFF",
            "\uD800",
            "💥",
            "../../etc/passwd",
            "/",
            "NET1",
            "%s%n",
            "${x}",
            "null",
            "a".repeat(300),
            "x".repeat(5000),
            "=",
            ":",
            "#");

    private final SplittableRandom random;

    Chance(long seed) {
        random = new SplittableRandom(seed);
    }

    /** Returns an integer from 0 to {@code bound} − 1. */
    int below(int bound) {
        return random.nextInt(bound);
    }

    /** Returns true once in that many times on average. */
    boolean in(int times) {
        return random.nextInt(times) == 0;
    }

    /** Returns an integer at the edge of some bound, or a small one, or any. */
    long number() {
        return switch (below(8)) {
            case 0 -> random.nextLong();
            case 1, 2 -> below(20);
            default -> NUMBERS.get(below(NUMBERS.size()));
        };
    }

    /** Returns a number as text, or something similar. */
    String numberText() {
        return in(3) ? NUMBER_TEXTS.get(below(NUMBER_TEXTS.size())) : String.valueOf(number());
    }

    /** Returns a text with characters that have a meaning somewhere. */
    String text() {
        return TEXTS.get(below(TEXTS.size()));
    }

    @SafeVarargs
    final <T> T one(T... choices) {
        return choices[below(choices.length)];
    }

    byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }
}
