package dev.voxgrad.nativecheck.machine;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Represents a mounted file system.
 *
 * @param point where it is mounted
 * @param options its mount options, as the system names them; empty if the system does not report them
 */
public record Mount(Path point, Set<String> options) {
    /**
     * Returns the file system that contains a folder, from Linux's table of mounts. Names are compared byte by byte,
     * because they need not be text in the locale's character set or in any other.
     *
     * @param table the table's file, {@code /proc/self/mounts} except in tests
     * @param folder an absolute path without links
     */
    public static Mount of(Path table, Path folder) {
        Map<String, Path> points = new HashMap<>();
        for (Path point = folder; point != null; point = point.getParent()) {
            points.put(bytes(point), point);
        }
        Mount[] deepest = {new Mount(folder.getRoot(), Set.of())};
        // A name may contain a carriage return.
        Pattern.compile("\n")
                .splitAsStream(SystemText.text(table, StandardCharsets.ISO_8859_1))
                .forEach(line -> {
                    List<String> fields = List.of(line.split(" ", 5));
                    Path point = fields.size() < 4 ? null : points.get(unescape(fields.get(1)));
                    // A later mount on the same point hides the earlier one.
                    if (point != null
                            && point.getNameCount() >= deepest[0].point().getNameCount()) {
                        deepest[0] = new Mount(
                                point, new LinkedHashSet<>(List.of(fields.get(3).split(","))));
                    }
                });
        return deepest[0];
    }

    /** Returns a path's bytes, each as the character with that code; only a path's URI reveals them. */
    private static String bytes(Path path) {
        String uri = path.toUri().getRawPath();
        StringBuilder bytes = new StringBuilder();
        for (int i = 0; i < uri.length(); i++) {
            boolean escaped = uri.charAt(i) == '%';
            bytes.append(escaped ? (char) Integer.parseInt(uri, i + 1, i + 3, 16) : uri.charAt(i));
            i += escaped ? 2 : 0;
        }
        // The URI of an existing folder ends with a slash.
        boolean slash = bytes.length() > 1 && bytes.charAt(bytes.length() - 1) == '/';
        return bytes.substring(0, bytes.length() - (slash ? 1 : 0));
    }

    /** Decodes characters such as blanks, which the table encodes as a backslash and three octal digits. */
    private static String unescape(String field) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < field.length(); i++) {
            boolean escaped = field.startsWith("\\", i)
                    && i + 4 <= field.length()
                    && field.substring(i + 1, i + 4).chars().allMatch(digit -> digit >= '0' && digit <= '7');
            text.append(escaped ? (char) (Integer.parseInt(field, i + 1, i + 4, 8) & 0xff) : field.charAt(i));
            i += escaped ? 3 : 0;
        }
        return text.toString();
    }
}
