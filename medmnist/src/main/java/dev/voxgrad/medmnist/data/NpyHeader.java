package dev.voxgrad.medmnist.data;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * The head of a {@code .npy} array: magic, version, and a Python dictionary in text.
 *
 * <p>Layout: {@code \x93NUMPY}, major and minor version, header length (2 bytes little-endian in version 1,
 * 4 in versions 2 and 3), then for example <code>{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), }</code>.
 * Source: the specification in NumPy's {@code numpy.lib.format}.
 *
 * @param type element type
 * @param fortranOrder whether the first index runs fastest
 * @param shape lengths of the dimensions; empty for a scalar
 * @param count number of elements, the product of the shape
 */
record NpyHeader(NpyType type, boolean fortranOrder, int[] shape, int count) {
    static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    /** The longest header that is believed, in bytes; NumPy's own limit. */
    private static final int LONGEST = 10_000;

    /**
     * Reads a header and checks it against the room there is.
     *
     * @param in stands at the first byte of the array
     * @param size bytes from there to the end of the file or archive member
     * @param where file and member, for messages
     */
    static NpyHeader read(DataInputStream in, long size, String where) throws IOException {
        byte[] start = in.readNBytes(MAGIC.length + 2);
        if (start.length < MAGIC.length + 2 || !Arrays.equals(start, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw new DataFileException(where, "is not a .npy array: it does not start with \\x93NUMPY. "
                    + "Check what this file is, or fetch it again");
        }
        int version = start[6];
        if (version < 1 || version > 3 || start[7] != 0) {
            throw new DataFileException(where, "has .npy version " + version + "." + start[7]
                    + "; expected 1.0, 2.0 or 3.0");
        }
        int lengthBytes = version == 1 ? 2 : 4;
        byte[] lengthField = in.readNBytes(lengthBytes);
        long length = 0;
        for (int i = lengthField.length - 1; i >= 0; i--) {
            length = length << 8 | lengthField[i] & 0xFF;
        }
        long before = start.length + lengthBytes;
        if (lengthField.length < lengthBytes || length > LONGEST || before + length > size) {
            throw new DataFileException(where, "states a header of " + length + " bytes; expected at most " + LONGEST
                    + " and within its " + size + " bytes. The file is damaged; fetch or write it again");
        }
        String text = new String(in.readNBytes((int) length),
                version == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1);
        NpyHeader header = new Parser(text, where).header();
        header.checkRoom(size - before - length, where);
        return header;
    }

    private void checkRoom(long available, String where) {
        long needed = (long) count * type.kind().bytes();
        if (needed != available) {
            throw new DataFileException(where, "shape " + Arrays.toString(shape) + " of " + type + " needs " + needed
                    + " bytes of data but there are " + available + ". The file is damaged; fetch or write it again");
        }
        if (needed > Integer.MAX_VALUE - 8) {
            throw new DataFileException(where, "shape " + Arrays.toString(shape) + " of " + type + " needs " + needed
                    + " bytes; one array may hold at most " + (Integer.MAX_VALUE - 8) + ". Split the data set");
        }
    }

    /** The header's text as NumPy writes it, padded so that the data starts at a multiple of 64 bytes. */
    static byte[] write(NpyType type, int[] shape) {
        StringBuilder dimensions = new StringBuilder();
        for (int length : shape) {
            dimensions.append(length).append(shape.length == 1 ? "," : ", ");
        }
        String inner = dimensions.toString();
        String dictionary = "{'descr': '" + type + "', 'fortran_order': False, 'shape': ("
                + (shape.length > 1 ? inner.substring(0, inner.length() - 2) : inner) + "), }";
        int total = (MAGIC.length + 4 + dictionary.length() + 1 + 63) / 64 * 64;
        byte[] bytes = new byte[total];
        Arrays.fill(bytes, (byte) ' ');
        System.arraycopy(MAGIC, 0, bytes, 0, MAGIC.length);
        bytes[6] = 1;
        bytes[7] = 0;
        bytes[8] = (byte) (total - 10);
        bytes[9] = (byte) (total - 10 >> 8);
        byte[] text = dictionary.getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(text, 0, bytes, 10, text.length);
        bytes[total - 1] = '\n';
        return bytes;
    }

    /** Reads the few forms of a Python dictionary that a header may have. */
    private static final class Parser {
        private final String text;
        private final String where;
        private int at;

        Parser(String text, String where) {
            this.text = text;
            this.where = where;
        }

        NpyHeader header() {
            NpyType type = null;
            Boolean fortranOrder = null;
            int[] shape = null;
            Set<String> seen = new HashSet<>();
            expect('{');
            while (!accept('}')) {
                String key = string("a key in quotes");
                if (!seen.add(key)) {
                    throw damaged("key '" + key + "' once");
                }
                expect(':');
                switch (key) {
                    case "descr" -> type = NpyType.parse(string("a plain element type such as '|u1'"), where);
                    case "fortran_order" -> fortranOrder = bool();
                    case "shape" -> shape = shape();
                    default -> throw damaged("only the keys descr, fortran_order and shape");
                }
                if (!accept(',')) {
                    expect('}');
                    break;
                }
            }
            skipSpace();
            if (type == null || fortranOrder == null || shape == null || at < text.length()) {
                throw damaged("exactly the keys descr, fortran_order and shape");
            }
            return new NpyHeader(type, fortranOrder, shape, count(shape));
        }

        private int[] shape() {
            expect('(');
            int[] lengths = new int[text.length()];
            int rank = 0;
            while (!accept(')')) {
                lengths[rank++] = number();
                if (!accept(',')) {
                    expect(')');
                    break;
                }
            }
            return Arrays.copyOf(lengths, rank);
        }

        private int number() {
            skipSpace();
            int start = at;
            while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
                at++;
            }
            try {
                return Integer.parseInt(text, start, at, 10);
            } catch (NumberFormatException e) {
                at = start;
                throw damaged("a dimension from 0 to " + Integer.MAX_VALUE);
            }
        }

        private int count(int[] shape) {
            long product = 1;
            boolean tooLarge = false;
            for (int length : shape) {
                tooLarge |= product * length > Integer.MAX_VALUE;
                product = Math.min(product * length, Integer.MAX_VALUE);
            }
            if (tooLarge) {
                throw new DataFileException(where, "shape " + Arrays.toString(shape) + " has more than "
                        + Integer.MAX_VALUE + " elements; expected fewer. The file is damaged, or must be split");
            }
            return (int) product;
        }

        private boolean bool() {
            skipSpace();
            for (String word : new String[] {"True", "False"}) {
                if (text.startsWith(word, at)) {
                    at += word.length();
                    return word.equals("True");
                }
            }
            throw damaged("True or False");
        }

        private String string(String what) {
            skipSpace();
            char quote = at < text.length() ? text.charAt(at) : 0;
            int end = quote == '\'' || quote == '"' ? text.indexOf(quote, at + 1) : -1;
            if (end < 0) {
                throw damaged(what);
            }
            String value = text.substring(at + 1, end);
            at = end + 1;
            return value;
        }

        private boolean accept(char wanted) {
            skipSpace();
            if (at < text.length() && text.charAt(at) == wanted) {
                at++;
                return true;
            }
            return false;
        }

        private void expect(char wanted) {
            if (!accept(wanted)) {
                throw damaged("'" + wanted + "'");
            }
        }

        private void skipSpace() {
            while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\n')) {
                at++;
            }
        }

        private DataFileException damaged(String expected) {
            String shown = text.length() <= 120 ? text : text.substring(0, 120) + "…";
            return new DataFileException(where, "array header " + shown.strip() + " is wrong at character " + at
                    + ": expected " + expected + ". The file is damaged, or not written by NumPy");
        }
    }
}
