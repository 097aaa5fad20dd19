package dev.voxgrad.medmnist.text;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** Quotes commands so that they can be pasted into a POSIX shell, whatever characters their words contain. */
public final class ShellWords {
    private ShellWords() {}

    /** Returns the words as one line. */
    public static String line(List<String> words) {
        return words.stream().map(ShellWords::quote).collect(Collectors.joining(" "));
    }

    /** Returns a text as one word, in quotes if required. */
    public static String quote(String word) {
        return word.matches("[A-Za-z0-9_./:=,@%+-]+") && !word.startsWith("=")
                ? word
                : "'" + word.replace("'", "'\\''") + "'";
    }

    /** Returns a path as one word that cannot be mistaken for an option or a home folder. */
    public static String quote(Path path) {
        String word = path.toString();
        return quote(word.startsWith("-") || word.startsWith("~") ? "./" + word : word);
    }
}
