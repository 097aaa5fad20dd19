package dev.voxgrad.medmnist.cli.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import dev.voxgrad.medmnist.cli.help.ManPage;
import dev.voxgrad.medmnist.cli.ui.Console;
import dev.voxgrad.medmnist.cli.ui.VisibleWriter;
import dev.voxgrad.medmnist.io.AtomicFile;
import dev.voxgrad.medmnist.io.DataFileException;

/** Runs {@code medmnist completion}. */
@Command(
        name = "completion",
        header = "Prints a script for completion in bash and zsh, or writes man pages.",
        description = {
            "Prints a script that completes commands, options and the values of options in bash and zsh. For this shell, "
                    + "and for every new one:",
            "  source <(medmnist completion)",
            "  medmnist completion > ~/.local/share/bash-completion/completions/medmnist",
            "",
            "With --man, writes a man page of each command instead:",
            "  medmnist completion --man ~/.local/share/man",
            ""
        })
public final class CompletionCommand implements Callable<Integer> {
    @Spec
    private CommandSpec command;

    @Option(
            names = "--man",
            paramLabel = "FOLDER",
            description = "Write man pages into FOLDER/man1, which is made if it does not exist, and print no script.")
    private @Nullable Path man;

    @Override
    public Integer call() {
        CommandLine root = command.root().commandLine();
        if (man == null) {
            // The script has tabs, and no text from files.
            VisibleWriter.raw(command.commandLine().getOut()).print(AutoComplete.bash(root.getCommandName(), root));
            return 0;
        }
        Path folder = man.resolve("man1");
        List<CommandSpec> commands = new ArrayList<>(List.of(root.getCommandSpec()));
        root.getSubcommands().values().forEach(sub -> commands.add(sub.getCommandSpec()));
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new DataFileException(folder.toString(), "cannot be made: " + AtomicFile.describe(e), e);
        }
        for (CommandSpec each : commands) {
            AtomicFile.write(folder.resolve(ManPage.name(each) + ".1"), ManPage.of(each));
        }
        new Console(command.commandLine().getOut()).line(commands.size() + " man pages are in " + folder);
        return 0;
    }
}
