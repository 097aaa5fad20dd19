package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

import dev.voxgrad.medmnist.cli.Guides.Command;

import static org.assertj.core.api.Assertions.assertThat;

/** Checks what the guides show of the command line, without running anything: GuidesRunTest does. */
class GuideCommandsTest {
    private static final Pattern MEDMNIST = Pattern.compile("^(?:source <\\()?medmnist/bin/medmnist ([^)]*)");
    private static final Pattern INLINE_CODE = Pattern.compile("`([^`\n]+)`");
    private static final Pattern OPTION = Pattern.compile("(?<![\\w-])--[a-z][a-z0-9-]*");

    /** Options in the user's guide that belong to other programs. */
    private static final Set<String> OF_OTHERS = Set.of("--logdir");

    @Test
    void everyBlockHasALanguage() throws IOException {
        assertThat(Guides.blocks())
                .isNotEmpty()
                .allSatisfy(block -> assertThat(block.language())
                        .as(
                                "%s:%d: the language of a block; sh for commands, text for output",
                                block.file(), block.line())
                        .isNotEmpty());
    }

    @Test
    void everyCommandOfMedmnistParses() throws IOException {
        List<String> wrong = new ArrayList<>();
        int parsed = 0;
        for (Command command : Guides.commands()) {
            Optional<String> arguments = MEDMNIST.matcher(command.text())
                    .results()
                    .map(match -> match.group(1))
                    .findFirst();
            if (arguments.isPresent() && !arguments.get().contains("@")) {
                problem(new Command(command.file(), command.line(), arguments.get()))
                        .ifPresent(wrong::add);
                parsed++;
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(parsed).isGreaterThan(50);
    }

    @Test
    void aWrongOptionIsFound() {
        assertThat(problem(new Command("a.md", 1, "train --npz a --out b --epoch 3")))
                .hasValueSatisfying(
                        problem -> assertThat(problem).startsWith("a.md:1").contains("--epoch"));
        assertThat(problem(new Command("a.md", 1, "trian --npz a"))).isPresent();
        assertThat(problem(new Command("a.md", 1, "train --npz a --labels 'b,\"c d\"' --out \"e f\" > g")))
                .isEmpty();
    }

    /** Returns what picocli says of a command; empty if it accepts it. */
    private static Optional<String> problem(Command command) {
        try {
            Main.commandLine(new Main()).parseArgs(command.words().toArray(String[]::new));
            return Optional.empty();
        } catch (ParameterException e) {
            return Optional.of(command + ": " + e.getMessage());
        }
    }

    @Test
    void everyOptionInTheUsersGuideExists() throws IOException {
        Set<String> known = new TreeSet<>(OF_OTHERS);
        CommandLine root = Main.commandLine(new Main());
        for (CommandLine command : root.getSubcommands().values()) {
            command.getCommandSpec().options().forEach(option -> known.addAll(List.of(option.names())));
            command.getCommandSpec().options().forEach(option -> {
                if (option.negatable()) {
                    known.add("--no-" + option.longestName().substring(2));
                }
            });
        }
        List<String> unknown = new ArrayList<>();
        for (Path file : Guides.files()) {
            if (file.startsWith(Guides.CHECKOUT.resolve("medmnist"))) {
                INLINE_CODE
                        .matcher(Files.readString(file))
                        .results()
                        .map(MatchResult::group)
                        .flatMap(code -> OPTION.matcher(code).results().map(MatchResult::group))
                        .filter(option -> !known.contains(option))
                        .forEach(option -> unknown.add(file.getFileName() + ": " + option));
            }
        }
        assertThat(unknown).isEmpty();
    }

    @Test
    void everyProgramOfTheProjectExists() throws IOException {
        Pattern program = Pattern.compile("^(?:\\./mvnw|(?:medmnist|bench|native-check|engine)/\\S+)");
        List<Command> missing = new ArrayList<>();
        for (Command command : Guides.commands()) {
            program.matcher(command.text())
                    .results()
                    .map(MatchResult::group)
                    .filter(path -> !Files.isExecutable(Guides.CHECKOUT.resolve(path)))
                    .forEach(_ -> missing.add(command));
        }
        assertThat(missing).isEmpty();
    }

    @Test
    void theUsersGuideListsEveryCommand() throws IOException {
        String table = Files.readString(Guides.CHECKOUT.resolve("medmnist/README.md"));
        for (String name : Main.commandLine(new Main()).getSubcommands().keySet()) {
            assertThat(table).containsPattern("(?m)^\\| .*`" + name + "`.* \\| ");
        }
    }
}
