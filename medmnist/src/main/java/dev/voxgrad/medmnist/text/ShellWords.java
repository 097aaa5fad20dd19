package dev.voxgrad.medmnist.text;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** Writes commands that can be pasted into a POSIX shell, whatever is in their words. */
public final class ShellWords {
    private ShellWords() {}

    /** Returns the words as one line. */
    public static String line(List<String> words) {
        return words.stream().map(ShellWords::quote).collect(Collectors.joining(" "));
    }

    /** Returns a text as one word, in quotes where it needs them. */
    public static String quote(String word) {
        return word.matches("[A-Za-z0-9_./:=,@%+-]+") && !word.startsWith("=")
                ? word
                : "'" + word.replace("'", "'\\''") + "'";
    }

    /** Returns a path as one word that is neither taken for an option nor for a home folder. */
    public static String quote(Path path) {
        String word = path.toString();
        return quote(word.startsWith("-") || word.startsWith("~") ? "./" + word : word);
    }
}
