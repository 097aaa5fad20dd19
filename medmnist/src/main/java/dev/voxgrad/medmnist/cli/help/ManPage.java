package dev.voxgrad.medmnist.cli.help;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/**
 * Writes the man page of a command, in the language of {@code man(7)}, from what its {@code --help} shows. Picocli's own
 * generator writes AsciiDoc, which would require another program to become a man page.
 */
public final class ManPage {
    private static final int WIDTH = 78;

    private final CommandSpec command;
    private final StringBuilder page = new StringBuilder();

    private ManPage(CommandSpec command) {
        this.command = command;
    }

    /** Returns the name of a command's page: {@code medmnist-train}. */
    public static String name(CommandSpec command) {
        return command.qualifiedName("-");
    }

    /** Returns the page of a command. */
    public static String of(CommandSpec command) {
        return new ManPage(command).write();
    }

    private String write() {
        UsageMessageSpec usage = command.usageMessage();
        line(".TH \"" + escaped(name(command).toUpperCase(Locale.ROOT)) + "\" \"1\" \"\" \"Voxgrad\" \"Voxgrad\"");
        section("NAME");
        String title = usage.header().length > 0 ? usage.header()[0] : usage.description()[0];
        line(escaped(name(command)) + " \\- " + escaped(title.formatted()));
        section("SYNOPSIS");
        line("\\fB" + escaped(command.qualifiedName()) + "\\fR " + escaped(arguments()));
        section("DESCRIPTION");
        description(usage.description());
        if (!command.positionalParameters().isEmpty()) {
            section("ARGUMENTS");
            command.positionalParameters().forEach(this::parameter);
        }
        section("OPTIONS");
        OptionTopics.of(command).forEach((topic, options) -> {
            if (!topic.equals(OptionTopics.OWN)) {
                line(".SS \"" + topic + "\"");
            }
            options.forEach(this::option);
        });
        if (!command.subcommands().isEmpty()) {
            section("COMMANDS");
            command.subcommands()
                    .forEach((name, sub) -> item(
                            "\\fB" + escaped(name) + "\\fR",
                            sub.getCommandSpec().usageMessage().header()));
        }
        section("EXIT STATUS");
        usage.exitCodeList().forEach((code, meaning) -> item(code.strip(), meaning));
        section("ENVIRONMENT AND FILES");
        HelpSections.SURROUNDINGS.forEach((name, meaning) -> item("\\fB" + name + "\\fR", meaning));
        if (command.parent() != null) {
            section("SEE ALSO");
            line("\\fB" + escaped(name(command.parent())) + "\\fR(1)");
        }
        return page.toString();
    }

    private String arguments() {
        StringBuilder text = new StringBuilder("[OPTIONS]");
        for (PositionalParamSpec parameter : command.positionalParameters()) {
            String label = parameter.paramLabel() + (parameter.arity().max() > 1 ? "..." : "");
            text.append(' ').append(parameter.required() ? label : "[" + label + "]");
        }
        return text.append(command.subcommands().isEmpty() ? "" : " COMMAND").toString();
    }

    /** Writes paragraphs, and between them blocks of examples, whose lines stay as they are. */
    private void description(String... lines) {
        boolean inExamples = false;
        for (String text : lines) {
            Optional<String> example = Example.in(text);
            if (example.isPresent() != inExamples) {
                line(inExamples ? ".fi" : ".PP\n.nf");
                inExamples = !inExamples;
            }
            if (example.isPresent()) {
                Example.lines(example.get().formatted(), WIDTH).forEach(part -> line(escaped(part)));
            } else {
                line(text.isBlank() ? ".PP" : escaped(text.formatted()));
            }
        }
        if (inExamples) {
            line(".fi");
        }
    }

    private void option(OptionSpec option) {
        String names = String.join(
                ", ",
                Arrays.stream(option.names())
                        .map(name -> "\\fB" + escaped(name) + "\\fR")
                        .toList());
        String value = "=\\fI" + escaped(option.paramLabel()) + "\\fR";
        boolean optional = option.arity().min() == 0;
        item(names + (option.typeInfo().isBoolean() ? "" : optional ? "[" + value + "]" : value), option.description());
    }

    private void parameter(ArgSpec parameter) {
        item("\\fI" + escaped(parameter.paramLabel()) + "\\fR", parameter.description());
    }

    private void item(String term, String... description) {
        line(".TP");
        line(term);
        for (String text : description) {
            line(escaped(text.formatted()));
        }
    }

    private void section(String title) {
        line(".SH \"" + title + "\"");
    }

    private void line(String text) {
        page.append(text).append('\n');
    }

    /** Returns a text in which nothing is an instruction to the formatter. */
    private static String escaped(String text) {
        String plain = text.replace("\\", "\\e").replace("-", "\\-");
        return plain.startsWith(".") || plain.startsWith("'") ? "\\&" + plain : plain;
    }
}
