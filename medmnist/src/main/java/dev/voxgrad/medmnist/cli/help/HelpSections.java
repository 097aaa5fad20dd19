package dev.voxgrad.medmnist.cli.help;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/**
 * Arranges {@code --help} of every command: the synopsis of a command with many options is short, its examples can be
 * pasted at any width of the terminal, and its options are grouped by topic.
 */
public final class HelpSections {
    /** What the environment and files of arguments are for: names and their meanings. */
    static final SequencedMap<String, String> SURROUNDINGS = new LinkedHashMap<>();

    static {
        SURROUNDINGS.put("VOXGRAD_OPTS", "further options for the JVM, such as -Xmx4g");
        SURROUNDINGS.put("JAVA_HOME", "a JDK other than the one found");
        SURROUNDINGS.put(
                "@FILE",
                "among the arguments, stands for those in a file: separated by blanks or new lines; # starts a comment");
    }

    private static final String SURROUNDINGS_KEY = "surroundings";
    private static final int MANY_OPTIONS = 16;

    private HelpSections() {}

    /** Installs the sections in a command and all of its subcommands. */
    public static void installIn(CommandLine commandLine) {
        Map<String, IHelpSectionRenderer> sections = commandLine.getHelpSectionMap();
        sections.put(UsageMessageSpec.SECTION_KEY_DESCRIPTION, HelpSections::description);
        sections.put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, OptionTopics::text);
        sections.put(SURROUNDINGS_KEY, HelpSections::surroundings);
        List<String> keys = new ArrayList<>(commandLine.getHelpSectionKeys());
        keys.add(keys.indexOf(UsageMessageSpec.SECTION_KEY_EXIT_CODE_LIST) + 1, SURROUNDINGS_KEY);
        commandLine.setHelpSectionKeys(keys);
        commandLine.setHelpSectionMap(sections);
        commandLine.getSubcommands().values().forEach(command -> {
            CommandSpec spec = command.getCommandSpec();
            spec.usageMessage().abbreviateSynopsis(spec.options().size() > MANY_OPTIONS);
        });
    }

    private static String description(Help help) {
        UsageMessageSpec usage = help.commandSpec().usageMessage();
        List<String> lines = new ArrayList<>(Arrays.asList(usage.description()));
        boolean headingFollows = help.commandSpec().positionalParameters().isEmpty();
        if (headingFollows && !lines.isEmpty() && lines.getLast().isEmpty()) {
            lines.removeLast(); // a heading starts with an empty line
        }
        StringBuilder text = new StringBuilder();
        for (String line : lines) {
            Optional<String> example = Example.in(line);
            if (example.isEmpty()) {
                Help.join(help.ansi(), usage.width(), true, new String[] {line}, text);
                continue;
            }
            if (Example.hasHeading(line)) {
                text.append("Example:").append(System.lineSeparator());
            }
            for (String part : Example.lines(example.get().formatted(), usage.width())) {
                text.append(part).append(System.lineSeparator());
            }
        }
        return text.toString();
    }

    /** Returns what the first page of help says of the environment; nothing for a subcommand. */
    private static String surroundings(Help help) {
        if (help.commandSpec().parent() != null) {
            return "";
        }
        return help.createHeading("%nEnvironment and files:%n") + help.createTextTable(SURROUNDINGS);
    }
}
