package dev.voxgrad.medmnist.text;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Writes comma-separated values as RFC 4180 defines them: a line ends in CRLF, and a field with a comma, a quote or a
 * line end is enclosed in quotes, with its own quotes doubled.
 */
public final class Csv {
    private Csv() {}

    /** Returns the line of these fields, with its end. */
    public static String line(List<String> fields) {
        return fields.stream().map(Csv::field).collect(Collectors.joining(",", "", "\r\n"));
    }

    /** Returns one field, enclosed in quotes if necessary. */
    public static String field(String text) {
        return text.matches("[^,\"\\r\\n]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
    }
}
