package dev.voxgrad.medmnist.search.space;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.io.TextFile;

/**
 * Reads a space from a text file: a line for each dimension, and a line for each configuration to try first.
 *
 * <pre>
 * # name        values                        condition
 * net           choice net1, net2, net3
 * width         choice 0.5, 1                 when net = net2, net3
 * lr            log 1e-4 to 1e-2
 * ema           uniform 0 to 0.99
 * warmup-epochs int 0 to 2
 * first net=net1 lr=0.001 ema=0 warmup-epochs=0
 * </pre>
 *
 * <p>Empty lines and what follows a {@code #} do not count. Names and values are those of {@link Hyperparameter}.
 */
public final class SpaceFile {
    static final String FIRST = "first";

    private static final int MOST_LINES = 1000;
    private static final int MOST_CHARACTERS = 10_000;
    private static final String EXAMPLE = "a line such as 'lr log 1e-4 to 1e-2', 'ema uniform 0 to 0.99', "
            + "'warmup-epochs int 0 to 2' or 'net choice net1, net2'";

    private SpaceFile() {}

    /**
     * Reads a file.
     *
     * @throws DataFileException if it is no space; the message says which line and what to do
     */
    public static Space read(Path file) {
        return parse(TextFile.lines(file), file.toString());
    }

    /**
     * Reads the lines of a file.
     *
     * @param where the file, for the message
     * @throws DataFileException if they are no space; the message says which line and what to do
     */
    public static Space parse(List<String> lines, String where) {
        if (lines.size() > MOST_LINES) {
            throw new DataFileException(
                    where, "has " + lines.size() + " lines; expected a space of at most " + MOST_LINES);
        }
        List<Dimension> dimensions = new ArrayList<>();
        List<Configuration> first = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = withoutComment(lines.get(i));
            if (!line.isEmpty()) {
                String place = where + ", line " + (i + 1);
                understood(place, () -> add(line, dimensions, first));
            }
        }
        if (dimensions.isEmpty()) {
            throw new DataFileException(where, "has no dimension; expected " + EXAMPLE);
        }
        return new Space(dimensions, first);
    }

    private static void understood(String place, Runnable work) {
        try {
            work.run();
        } catch (IllegalArgumentException e) {
            throw new DataFileException(place, Objects.requireNonNullElse(e.getMessage(), e.toString()), e);
        }
    }

    private static String withoutComment(String line) {
        int comment = line.indexOf('#');
        return (comment < 0 ? line : line.substring(0, comment)).strip();
    }

    private static void add(String line, List<Dimension> dimensions, List<Configuration> first) {
        if (line.length() > MOST_CHARACTERS) {
            throw new IllegalArgumentException(
                    "has " + line.length() + " characters; expected at most " + MOST_CHARACTERS);
        }
        String[] words = line.split("\\s+", 2);
        if (words[0].equals(FIRST)) {
            if (first.size() == Space.MOST_FIRST) {
                throw new IllegalArgumentException(
                        "is one of more than " + Space.MOST_FIRST + " lines '" + FIRST + "'; delete some");
            }
            Configuration one = Configuration.parse(words.length < 2 ? "" : words[1]);
            first.add(new Space(dimensions, List.of()).canonical(one));
            return;
        }
        Dimension dimension = dimension(words[0], words.length < 2 ? "" : words[1]);
        Space.requireFits(dimension, dimensions);
        if (!first.isEmpty()) {
            throw new IllegalArgumentException(
                    "'" + dimension.name() + "' comes after a line '" + FIRST + "'; move it before them");
        }
        Hyperparameter.named(dimension.name()).check(dimension.domain());
        dimensions.add(dimension);
    }

    private static Dimension dimension(String name, String rest) {
        Hyperparameter.named(name);
        String[] parts = rest.split("\\s+when\\s+", 2);
        return new Dimension(name, domain(parts[0].strip()), parts.length < 2 ? null : condition(parts[1].strip()));
    }

    private static Domain domain(String text) {
        String[] words = text.split("\\s+", 2);
        String values = words.length < 2 ? "" : words[1].strip();
        return switch (words[0]) {
            case "choice" -> new Domain.Choice(list(values));
            case "log" -> interval(values, true);
            case "uniform" -> interval(values, false);
            case "int" -> integers(values);
            default ->
                throw new IllegalArgumentException("'" + TextFile.shown(text) + "' is no domain; expected " + EXAMPLE);
        };
    }

    private static Domain interval(String text, boolean log) {
        double[] ends = ends(text);
        return new Domain.Interval(ends[0], ends[1], log);
    }

    private static Domain integers(String text) {
        double[] ends = ends(text);
        for (double end : ends) {
            if (end != Math.rint(end) || Math.abs(end) > Integer.MAX_VALUE) {
                throw new IllegalArgumentException(
                        "'" + TextFile.shown(text) + "' is no range of whole numbers; expected one such as '0 to 2'");
            }
        }
        return new Domain.Integers((int) ends[0], (int) ends[1]);
    }

    private static double[] ends(String text) {
        String[] ends = text.split("\\s+to\\s+", -1);
        if (ends.length != 2) {
            throw new IllegalArgumentException(
                    "'" + TextFile.shown(text) + "' is no range; expected one such as '1e-4 to 1e-2'");
        }
        return new double[] {TextFile.decimal(ends[0]), TextFile.decimal(ends[1])};
    }

    private static @Nullable Condition condition(String text) {
        String[] sides = text.split("=", -1);
        if (sides.length != 2) {
            throw new IllegalArgumentException("'when " + TextFile.shown(text)
                    + "' is no condition; expected one such as 'when net = net2, net3'");
        }
        return new Condition(sides[0].strip(), list(sides[1]));
    }

    private static List<String> list(String text) {
        return Arrays.stream(text.split(",", -1)).map(String::strip).toList();
    }
}
