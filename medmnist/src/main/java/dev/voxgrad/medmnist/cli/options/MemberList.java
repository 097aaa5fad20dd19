package dev.voxgrad.medmnist.cli.options;

import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

import dev.voxgrad.medmnist.model.TrainedModel;

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

    /**
     * Returns the model with the members that an option lists.
     *
     * @param text the value of {@code --members}; null if it was not given, for all members
     * @throws ParameterException if the text is malformed
     */
    public static TrainedModel choose(CommandSpec command, @Nullable String text, TrainedModel model) {
        if (text == null) {
            return model;
        }
        try {
            return model.withMembers(parse(text, model.info().settings().models()));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), "--" + e.getMessage(), e);
        }
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
