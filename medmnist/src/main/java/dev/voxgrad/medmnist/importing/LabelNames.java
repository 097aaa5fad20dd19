package dev.voxgrad.medmnist.importing;

import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;

import dev.voxgrad.medmnist.io.TextFile;

/**
 * Turns the labels of a table into class numbers. Whole numbers stay as they are. Other labels become classes in
 * alphabetical order, unless the user gives an order. Labels in several columns are 0 or 1.
 */
final class LabelNames {
    private static final int MOST_CLASSES = 10_000;
    private static final String NUMBER = "\\d{1,4}";

    private final List<String> names;
    private final boolean numbers;
    private final boolean columns;

    private LabelNames(List<String> names, boolean numbers, boolean columns) {
        this.names = names;
        this.numbers = numbers;
        this.columns = columns;
    }

    /**
     * Finds the classes.
     *
     * @param labels of all rows
     * @param classes names in the order of the class numbers; empty to find them in the labels
     */
    static LabelNames ofClasses(List<String> labels, List<String> classes) {
        boolean numbers = labels.stream().allMatch(label -> label.matches(NUMBER));
        if (!classes.isEmpty()) {
            return new LabelNames(classes, numbers && !classes.containsAll(labels), false);
        }
        if (!numbers) {
            return new LabelNames(List.copyOf(new TreeSet<>(labels)), false, false);
        }
        int most = labels.stream().mapToInt(Integer::parseInt).max().orElse(0);
        return new LabelNames(
                IntStream.rangeClosed(0, most).mapToObj(String::valueOf).toList(), true, false);
    }

    /** Takes 0 or 1 from each of several columns. */
    static LabelNames ofColumns(List<String> names) {
        return new LabelNames(List.copyOf(names), true, true);
    }

    /** Returns the names of the classes, in order. */
    List<String> names() {
        return names;
    }

    /**
     * Returns the number of a label.
     *
     * @throws IllegalArgumentException if it is unknown; the message continues after "label"
     */
    int number(String label) {
        int number = numbers && label.matches(NUMBER) ? Integer.parseInt(label) : names.indexOf(label);
        int most = columns ? 2 : Math.min(names.size(), MOST_CLASSES);
        if (number < 0 || number >= most) {
            throw new IllegalArgumentException("'" + TextFile.shown(label) + "' is unknown; expected "
                    + (columns
                            ? "0 or 1"
                            : numbers ? "0 to " + (most - 1) : "one of " + TextFile.shown(String.join(", ", names))));
        }
        return number;
    }
}
