package dev.voxgrad.medmnist.data.npz;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.io.FileKind;

/**
 * Reads the few forms of a Python dictionary that the header of a {@code .npy} array may have, those of Python 2
 * included: {@code (12L, 8L)} for a shape, {@code u'descr'} for a key.
 */
final class NpyDictionary {
    /** NumPy has no arrays of more dimensions (its {@code NPY_MAXDIMS}; 32 before NumPy 2). */
    private static final int MOST_DIMENSIONS = 64;
    /** Beyond any file; times the largest element it still fits a long. */
    private static final long MOST_ELEMENTS = 1L << 58;

    private final String text;
    private final String where;
    private int at;

    /**
     * Prepares to read a header.
     *
     * @param text the dictionary
     * @param where file and member, for messages
     */
    NpyDictionary(String text, String where) {
        this.text = text;
        this.where = where;
    }

    /** Returns what it says; anything wrong with it is a {@link DataFileException}. */
    NpyHeader header() {
        NpyType type = null;
        Boolean fortranOrder = null;
        int[] shape = null;
        Set<String> seen = new HashSet<>();
        expect('{');
        while (!accept('}')) {
            String key = string("a key in quotes");
            if (!seen.add(key)) {
                throw damaged("key '" + FileKind.shown(key) + "' once");
            }
            expect(':');
            switch (key) {
                case "descr" -> type = type();
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

    private NpyType type() {
        skipSpace();
        if (at < text.length() && text.charAt(at) == '[') {
            throw new DataFileException(
                    where,
                    "is a structured array, with named fields; expected a plain element "
                            + "type such as '|u1'. Save each field as an array of its own, in NumPy: a['name']");
        }
        return NpyType.parse(string("a plain element type such as '|u1'"), where);
    }

    private int[] shape() {
        expect('(');
        int[] lengths = new int[MOST_DIMENSIONS];
        int rank = 0;
        while (!accept(')')) {
            if (rank == MOST_DIMENSIONS) {
                throw damaged("at most " + MOST_DIMENSIONS + " dimensions, NumPy's own limit");
            }
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
            int value = Integer.parseInt(text, start, at, 10);
            if (at < text.length() && (text.charAt(at) == 'L' || text.charAt(at) == 'l')) {
                at++; // a long of Python 2
            }
            return value;
        } catch (NumberFormatException e) {
            at = start;
            throw damaged("a dimension from 0 to " + Integer.MAX_VALUE);
        }
    }

    private long count(int[] shape) {
        long product = 1;
        boolean tooLarge = false;
        for (int length : shape) {
            tooLarge |= length > 0 && product > MOST_ELEMENTS / length;
            product = tooLarge ? product : product * length;
        }
        if (tooLarge) {
            throw new DataFileException(
                    where,
                    "shape " + Arrays.toString(shape) + " has more elements than any file "
                            + "can hold. The file is damaged; fetch or write it again");
        }
        return product;
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
        if (at < text.length() && (text.charAt(at) == 'u' || text.charAt(at) == 'b')) {
            at++;
        }
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
        while (at < text.length() && " \t\r\n\f".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private DataFileException damaged(String expected) {
        return new DataFileException(
                where,
                "array header " + FileKind.shown(text.strip()) + " is wrong at character " + at + ": expected "
                        + expected + ". The file is damaged, or not written by NumPy");
    }
}
