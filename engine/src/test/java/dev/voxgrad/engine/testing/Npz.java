package dev.voxgrad.engine.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipFile;

/** Reads the arrays of a trusted .npz file as doubles: just enough of the format for the golden files. */
public final class Npz {
    private static final Pattern HEADER = Pattern.compile("'descr': '([^']*)', 'fortran_order': False, 'shape'.*");

    private final Map<String, double[]> arrays = new TreeMap<>();

    private Npz() {}

    /** Reads all arrays whose name starts with one of {@code prefixes}, or all if there are no prefixes. */
    public static Npz read(Path file, String... prefixes) {
        Npz npz = new Npz();
        try (ZipFile zip = new ZipFile(file.toFile())) {
            for (var entry : zip.stream().toList()) {
                String name = entry.getName().replaceFirst("\\.npy$", "");
                if (prefixes.length == 0 || Arrays.stream(prefixes).anyMatch(name::startsWith)) {
                    try (InputStream in = zip.getInputStream(entry)) {
                        npz.arrays.put(
                                name, parse(ByteBuffer.wrap(in.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN)));
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return npz;
    }

    /** Returns the array with this name, in row-major order. */
    public double[] get(String name) {
        double[] array = arrays.get(name);
        if (array == null) {
            throw new IllegalArgumentException("no array " + name + " among " + arrays.keySet());
        }
        return array;
    }

    /** Returns the names of all arrays. */
    public Set<String> names() {
        return Collections.unmodifiableSet(arrays.keySet());
    }

    public boolean has(String name) {
        return arrays.containsKey(name);
    }

    /** Reads format version 1: six bytes of magic, two of version, a two-byte header length. */
    private static double[] parse(ByteBuffer npy) {
        int headerLength = npy.getShort(8);
        String header = new String(npy.array(), 10, headerLength, StandardCharsets.US_ASCII);
        Matcher matcher = HEADER.matcher(header);
        if (!matcher.find()) {
            throw new IllegalArgumentException("unexpected header " + header);
        }
        npy.position(10 + headerLength);
        String type = matcher.group(1);
        int bytes = type.charAt(2) - '0';
        double[] values = new double[npy.remaining() / bytes];
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (type) {
                case "<f4" -> npy.getFloat();
                case "<f8" -> npy.getDouble();
                case "<i8" -> npy.getLong();
                case "|u1" -> npy.get() & 0xFF;
                default -> throw new IllegalArgumentException("unexpected type " + type);
            };
        }
        return values;
    }
}
