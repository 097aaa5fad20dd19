package dev.voxgrad.medmnist.cli.options;

import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** Parses lists of a run's members, as the command line spells them: {@code 0-4,7}. */
public final class MemberList {
    private MemberList() {}

    /** Returns all members of a run. */
    public static List<Integer> all(int models) {
        return IntStream.range(0, models).boxed().toList();
    }

    /**
     * Returns the members that a text lists, in order.
     *
     * @param models number of members of the run
     * @throws IllegalArgumentException if it lists none, or one that the run does not have
     */
    public static List<Integer> parse(String text, int models) {
        TreeSet<Integer> members = new TreeSet<>();
        for (String part : text.split(",", -1)) {
            String[] ends = part.strip().split("-", -1);
            int first = number(ends[0], text, models);
            int last = ends.length == 1 ? first : number(ends[1], text, models);
            if (ends.length > 2 || last < first) {
                throw wrong(text, models);
            }
            IntStream.rangeClosed(first, last).forEach(members::add);
        }
        return List.copyOf(members);
    }

    private static int number(String word, String text, int models) {
        try {
            int number = Integer.parseInt(word.strip());
            if (number >= 0 && number < models) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw wrong(text, models);
        }
        throw wrong(text, models);
    }

    private static IllegalArgumentException wrong(String text, int models) {
        return new IllegalArgumentException("members is '" + text + "'; expected numbers or ranges from 0 to "
                + (models - 1) + ", such as 0-" + (models - 1) + " or 0,2");
    }
}
