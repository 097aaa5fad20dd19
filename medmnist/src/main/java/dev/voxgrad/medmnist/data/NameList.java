package dev.voxgrad.medmnist.data;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Names of classes as one text: {@code benign,malignant}.
 *
 * <p>A name may stand in double quotes, and then hold commas, outer blanks and doubled quotes:
 * {@code "atypical, benign",malignant}. A quote that does not enclose a whole name is part of it:
 * {@code below 2",2" and more} are two names.
 */
public final class NameList {
    private final String text;
    private int at;

    private NameList(String text) {
        this.text = text;
    }

    /** Returns whether names are the numbers of classes, the first of which is {@code first}. */
    static boolean areNumbersFrom(int first, List<String> names) {
        return !names.isEmpty()
                && IntStream.range(0, names.size()).allMatch(i -> names.get(i).equals(String.valueOf(first + i)));
    }

    /**
     * Reads the names in order.
     *
     * @throws IllegalArgumentException if a name is empty, occurs twice or holds control characters; the message
     *     continues after the name of an option
     */
    public static List<String> parse(String text) {
        NameList list = new NameList(text);
        List<String> names = new ArrayList<>();
        while (list.at <= text.length()) {
            names.add(list.next());
        }
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            if (name.isBlank()) {
                throw new IllegalArgumentException("has no name for class " + i + "; expected a name between commas");
            }
            if (name.chars().anyMatch(Character::isISOControl)) {
                throw new IllegalArgumentException("has a control character in the name of class " + i);
            }
            if (!seen.add(name)) {
                throw new IllegalArgumentException("names class " + names.indexOf(name) + " and class " + i + " both '"
                        + name + "'; expected different names");
            }
        }
        return names;
    }

    /** Returns a text that {@link #parse} reads as these names. */
    public static String format(List<String> names) {
        return names.stream()
                .map(name -> name.contains(",") || name.startsWith("\"") || !name.equals(name.strip())
                        ? '"' + name.replace("\"", "\"\"") + '"'
                        : name)
                .collect(Collectors.joining(","));
    }

    /** Returns the name at the current place, and moves behind the comma after it. */
    private String next() {
        int start = at;
        while (start < text.length() && Character.isWhitespace(text.charAt(start))) {
            start++;
        }
        int end = start < text.length() && text.charAt(start) == '"' ? closingQuote(start) : -1;
        if (end >= 0) {
            int comma = text.indexOf(',', end);
            at = (comma < 0 ? text.length() : comma) + 1;
            return text.substring(start + 1, end).replace("\"\"", "\"");
        }
        int comma = text.indexOf(',', at);
        int stop = comma < 0 ? text.length() : comma;
        String name = text.substring(at, stop).strip();
        at = stop + 1;
        return name;
    }

    /** Returns the quote that closes a name opened at {@code start} and is followed by a comma or the end, or −1. */
    private int closingQuote(int start) {
        int quote = text.indexOf('"', start + 1);
        while (quote >= 0 && quote + 1 < text.length() && text.charAt(quote + 1) == '"') {
            quote = text.indexOf('"', quote + 2);
        }
        if (quote < 0) {
            return -1;
        }
        String rest = text.substring(quote + 1).stripLeading();
        return rest.isEmpty() || rest.startsWith(",") ? quote : -1;
    }
}
