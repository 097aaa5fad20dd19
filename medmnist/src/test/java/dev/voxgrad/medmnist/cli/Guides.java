package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads the commands that the README and the guides of the modules show. */
final class Guides {
    static final Path CHECKOUT = Path.of("").toAbsolutePath().getParent();

    private static final Pattern FENCE = Pattern.compile(" *```(\\w*)");
    private static final List<String> FOLDERS = List.of("medmnist", "bench", "native-check", "nn", "engine");

    private Guides() {}

    /** A command of a shell, without the comment after it; a command that continues on the next line is one line. */
    record Command(String file, int line, String text) {
        @Override
        public String toString() {
            return file + ":" + line + ": " + text;
        }

        /** Returns the words that a shell makes of the command, up to a redirection. */
        List<String> words() {
            List<String> words = new ArrayList<>();
            StringBuilder word = new StringBuilder();
            boolean started = false;
            char quote = 0;
            for (char c : (text + " ").toCharArray()) {
                if (quote != 0 && c == quote) {
                    quote = 0;
                } else if (quote == 0 && (c == '"' || c == '\'')) {
                    quote = c;
                    started = true;
                } else if (quote == 0 && c == '>') {
                    return words;
                } else if (quote == 0 && c == ' ') {
                    if (started) {
                        words.add(word.toString());
                    }
                    word.setLength(0);
                    started = false;
                } else {
                    word.append(c);
                    started = true;
                }
            }
            return words;
        }
    }

    /** A block of code, with the language that follows its fence. */
    record Block(String file, int line, String language, List<String> lines) {}

    /** Returns the README, the pages for contributors and the guide of each module, in the order of a reader. */
    static List<Path> files() throws IOException {
        List<Path> files = new ArrayList<>(List.of(CHECKOUT.resolve("README.md"), CHECKOUT.resolve("CONTRIBUTING.md")));
        for (String folder : FOLDERS) {
            files.add(CHECKOUT.resolve(folder).resolve("README.md"));
        }
        try (Stream<Path> chapters = Files.list(CHECKOUT.resolve("medmnist/docs"))) {
            chapters.filter(file -> file.toString().endsWith(".md")).sorted().forEach(files::add);
        }
        return files;
    }

    /** Returns the blocks of code of all guides. */
    static List<Block> blocks() throws IOException {
        List<Block> blocks = new ArrayList<>();
        for (Path file : files()) {
            List<String> lines = Files.readAllLines(file);
            for (int i = 0; i < lines.size(); i++) {
                Matcher fence = FENCE.matcher(lines.get(i));
                if (fence.lookingAt()) {
                    int start = i + 1;
                    do {
                        i++;
                    } while (!lines.get(i).strip().equals("```"));
                    String name = CHECKOUT.relativize(file).toString();
                    blocks.add(new Block(name, start + 1, fence.group(1), lines.subList(start, i)));
                }
            }
        }
        return blocks;
    }

    /** Returns the commands of all guides: those of the blocks marked {@code sh}. */
    static List<Command> commands() throws IOException {
        List<Command> commands = new ArrayList<>();
        for (Block block : blocks()) {
            if (block.language().equals("sh")) {
                add(block, commands);
            }
        }
        return commands;
    }

    private static void add(Block block, List<Command> commands) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < block.lines().size(); i++) {
            String line = block.lines().get(i).replaceFirst("(^| +)# .*", "").strip();
            boolean continues = line.endsWith("\\");
            text.append(continues ? line.substring(0, line.length() - 1) : line);
            if (!continues && !text.isEmpty()) {
                commands.add(new Command(block.file(), block.line() + i, text.toString()));
                text.setLength(0);
            }
        }
    }
}
