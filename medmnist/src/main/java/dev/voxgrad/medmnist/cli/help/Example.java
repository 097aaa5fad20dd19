package dev.voxgrad.medmnist.cli.help;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Recognises the lines of a description that a reader can paste into a shell, and breaks long ones as a shell allows. */
final class Example {
    private static final String INDENT = "  ";
    private static final String PROGRAM = "medmnist ";

    private Example() {}

    /** Returns the command of a line, if the line is an example: indented, or after "Example:". */
    static Optional<String> in(String line) {
        String command = line.replaceFirst("^Examples?: +", INDENT);
        return command.startsWith(INDENT) && !command.isBlank() ? Optional.of(command.strip()) : Optional.empty();
    }

    /** Returns whether a line consists of an example and its heading. */
    static boolean hasHeading(String line) {
        return line.startsWith("Example: ") || line.startsWith("Examples: ");
    }

    /** Returns the lines of a command for a terminal: a line that continues ends with a backslash. */
    static List<String> lines(String command, int width) {
        if (!command.startsWith(PROGRAM)) {
            return List.of(INDENT + command); // a program, or another shell command
        }
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder(INDENT);
        for (String word : words(command)) {
            if (line.length() + 1 + word.length() + " \\".length() > width && line.length() > 2 * INDENT.length()) {
                lines.add(line + " \\");
                line = new StringBuilder(INDENT.repeat(4));
            } else if (!line.toString().isBlank()) {
                line.append(' ');
            }
            line.append(word);
        }
        lines.add(line.toString());
        return lines;
    }

    /** Returns the parts of a command between which a line may end: a comment, or an option with its value, is one. */
    private static List<String> words(String command) {
        int comment = command.indexOf(" # ");
        String plain = comment < 0 ? command : command.substring(0, comment);
        List<String> words = new ArrayList<>();
        for (String word : plain.strip().split(" +")) {
            boolean value = !words.isEmpty()
                    && words.getLast().startsWith("--")
                    && !words.getLast().contains(" ");
            if (value && !word.startsWith("-")) {
                words.add(words.removeLast() + " " + word);
            } else {
                words.add(word);
            }
        }
        if (comment >= 0) {
            words.add(
                    words.removeLast() + command.substring(plain.stripTrailing().length()));
        }
        return words;
    }
}
