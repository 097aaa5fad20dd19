package dev.voxgrad.medmnist.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

import dev.voxgrad.medmnist.cli.options.MemberList;

/** Holds the options of a command as they were given, in order to hand them to the tasks. */
final class GivenOptions {
    private final ParseResult command;

    GivenOptions(ParseResult command) {
        this.command = command;
    }

    /** Returns the value of an option, if it was given. */
    <T> Optional<T> value(String name) {
        return Optional.ofNullable(command.<T>matchedOptionValue(name, null));
    }

    /** Returns the folder that an option names, as an absolute path, which is the same on all machines. */
    Path folder(String name, String hint) {
        return this.<Path>value(name)
                .map(path -> path.toAbsolutePath().normalize())
                .orElseThrow(() ->
                        wrongUse("On Spark, '" + command.commandSpec().name() + "' requires " + name + "; " + hint));
    }

    /** Returns the members that {@code --members} lists; without it, all. */
    List<Integer> members(int all) {
        try {
            return this.<String>value("--members")
                    .map(list -> MemberList.parse(list, all))
                    .orElseGet(() -> MemberList.all(all));
        } catch (IllegalArgumentException e) {
            throw wrongUse("--" + e.getMessage());
        }
    }

    /** Refuses options, with a hint what to do instead. */
    void refuse(Set<String> names, String hint) {
        names().filter(names::contains).findFirst().ifPresent(name -> {
            throw wrongUse(name + " cannot be given on Spark; " + hint);
        });
    }

    /** Refuses all options but these, with a hint what to do instead. */
    void refuseAllBut(Set<String> names, String hint) {
        names().filter(name -> !names.contains(name)).findFirst().ifPresent(name -> {
            throw wrongUse(name + " cannot be given on Spark; " + hint);
        });
    }

    private Stream<String> names() {
        return command.matchedOptions().stream().map(OptionSpec::longestName);
    }

    /** Returns the words of the command with its options, except some; paths are absolute. */
    List<String> words(Set<String> without) {
        List<String> words = new ArrayList<>();
        words.add(command.commandSpec().name());
        for (OptionSpec option : command.matchedOptions()) {
            if (!without.contains(option.longestName())) {
                option.originalStringValues().forEach(value -> words.add(word(option, value)));
            }
        }
        return words;
    }

    private static String word(OptionSpec option, String value) {
        if (option.arity().max() == 0) {
            return option.longestName();
        }
        return option.longestName() + "="
                + (option.getValue() instanceof Path path
                        ? path.toAbsolutePath().normalize()
                        : value);
    }

    /** Returns an error for the user of the command line. */
    ParameterException wrongUse(String message) {
        return new ParameterException(command.commandSpec().commandLine(), message);
    }
}
