package dev.voxgrad.medmnist.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * Reads text that people and other programs have written: UTF-8, with or without the byte-order mark that Windows and
 * Python's {@code utf_8_sig} put in front, and with lines that end in LF, CRLF or CR. Anything else is a
 * {@link DataFileException} that says what it is.
 */
public final class TextFile {
    /** Tables of this size hold millions of rows; what is larger is something else. */
    private static final long MOST_BYTES = 256L << 20;

    private static final char BYTE_ORDER_MARK = '\uFEFF';
    /** Characters of a file that a message repeats. */
    private static final int MOST_SHOWN = 100;

    private TextFile() {}

    /** Reads all lines; the last one may lack its end. */
    public static List<String> lines(Path file) {
        return text(file).lines().toList();
    }

    /** Reads a file whole, without its byte-order mark. */
    public static String text(Path file) {
        byte[] bytes;
        try {
            long size = Files.size(file);
            if (size > MOST_BYTES) {
                throw new DataFileException(
                        file.toString(), "has " + size + " bytes; expected a table of at most " + MOST_BYTES);
            }
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new DataFileException(file.toString(), "no such file", e);
        } catch (IOException e) {
            throw new DataFileException(file.toString(), "cannot be read: " + AtomicFile.describe(e), e);
        }
        String text = decode(file, bytes);
        return !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK ? text.substring(1) : text;
    }

    private static String decode(Path file, byte[] bytes) {
        int first = bytes.length < 2 ? 0 : (bytes[0] & 0xFF) << 8 | bytes[1] & 0xFF;
        if (first == 0xFFFE || first == 0xFEFF) {
            throw new DataFileException(
                    file.toString(),
                    "is not a text file in UTF-8 but in UTF-16, \"Unicode\" in " + "Windows; save it as UTF-8");
        }
        for (byte one : bytes) {
            if (one == 0) {
                throw new DataFileException(file.toString(), "is not a text file in UTF-8: it holds NUL bytes");
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new DataFileException(file.toString(), "is not a text file in UTF-8; save it as UTF-8", e);
        }
    }

    /** Returns a part of a file as a message may show it: short, and without control characters. */
    public static String shown(String part) {
        String begin = part.length() <= MOST_SHOWN ? part : part.substring(0, MOST_SHOWN) + "…";
        return begin.replaceAll("[\\p{Cntrl}\\p{Cf}]", "\uFFFD");
    }

    /**
     * Reads a decimal number such as {@code 0.25} or {@code 1e-7}.
     *
     * @throws NumberFormatException for anything else, such as {@code 0x1p3}, {@code 1,5}, {@code NaN} or a number that
     *     a double cannot hold; the message continues after the name of the value
     */
    public static double decimal(String text) {
        String stripped = text.strip();
        if (!stripped.matches("[+-]?(\\d++(\\.\\d*+)?|\\.\\d++)([eE][+-]?\\d{1,9}+)?")) {
            throw new NumberFormatException("'" + shown(text) + "' is not a number; expected one such as 0.25 or 1e-7");
        }
        double value = Double.parseDouble(stripped);
        if (Double.isInfinite(value)) {
            throw new NumberFormatException("'" + shown(text) + "' is not finite: it is too large");
        }
        return value;
    }
}
