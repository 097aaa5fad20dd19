package dev.voxgrad.medmnist.cli;

import java.io.PrintWriter;
import java.nio.file.Path;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

import dev.voxgrad.medmnist.cli.command.AvailableCommand;
import dev.voxgrad.medmnist.cli.command.BaselineCommand;
import dev.voxgrad.medmnist.cli.command.BenchmarkCommand;
import dev.voxgrad.medmnist.cli.command.BundleCommand;
import dev.voxgrad.medmnist.cli.command.CleanCommand;
import dev.voxgrad.medmnist.cli.command.CompareCommand;
import dev.voxgrad.medmnist.cli.command.CompletionCommand;
import dev.voxgrad.medmnist.cli.command.ConvertCommand;
import dev.voxgrad.medmnist.cli.command.DoctorCommand;
import dev.voxgrad.medmnist.cli.command.DownloadCommand;
import dev.voxgrad.medmnist.cli.command.EnsembleCommand;
import dev.voxgrad.medmnist.cli.command.EvaluateCommand;
import dev.voxgrad.medmnist.cli.command.ExplainCommand;
import dev.voxgrad.medmnist.cli.command.ExportCommand;
import dev.voxgrad.medmnist.cli.command.ImportCommand;
import dev.voxgrad.medmnist.cli.command.InfoCommand;
import dev.voxgrad.medmnist.cli.command.LeaderboardCommand;
import dev.voxgrad.medmnist.cli.command.LrFindCommand;
import dev.voxgrad.medmnist.cli.command.MontageCommand;
import dev.voxgrad.medmnist.cli.command.PredictCommand;
import dev.voxgrad.medmnist.cli.command.ProfileCommand;
import dev.voxgrad.medmnist.cli.command.QuickstartCommand;
import dev.voxgrad.medmnist.cli.command.ReportCommand;
import dev.voxgrad.medmnist.cli.command.SaveCommand;
import dev.voxgrad.medmnist.cli.command.SearchCommand;
import dev.voxgrad.medmnist.cli.command.ShowCommand;
import dev.voxgrad.medmnist.cli.command.StatusCommand;
import dev.voxgrad.medmnist.cli.command.SummaryCommand;
import dev.voxgrad.medmnist.cli.command.TrainCommand;
import dev.voxgrad.medmnist.cli.command.WatchCommand;
import dev.voxgrad.medmnist.cli.help.HelpSections;
import dev.voxgrad.medmnist.cli.options.DebugOption;
import dev.voxgrad.medmnist.cli.options.DeviceOptions;
import dev.voxgrad.medmnist.cli.options.UserPath;
import dev.voxgrad.medmnist.cli.ui.Failures;
import dev.voxgrad.medmnist.cli.ui.StandardError;
import dev.voxgrad.medmnist.cli.ui.Version;
import dev.voxgrad.medmnist.cli.ui.VisibleWriter;
import dev.voxgrad.nativecheck.report.ExitCodes;

/** Runs the command line. Each command is a class of its own, with a detailed {@code --help}. */
@Command(
        name = "medmnist",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        versionProvider = Version.class,
        subcommands = {
            QuickstartCommand.class,
            AvailableCommand.class,
            InfoCommand.class,
            DownloadCommand.class,
            CleanCommand.class,
            ImportCommand.class,
            SaveCommand.class,
            MontageCommand.class,
            SummaryCommand.class,
            ShowCommand.class,
            LrFindCommand.class,
            BaselineCommand.class,
            TrainCommand.class,
            SearchCommand.class,
            LeaderboardCommand.class,
            BenchmarkCommand.class,
            StatusCommand.class,
            PredictCommand.class,
            EnsembleCommand.class,
            ReportCommand.class,
            BundleCommand.class,
            ExplainCommand.class,
            CompareCommand.class,
            EvaluateCommand.class,
            ConvertCommand.class,
            ExportCommand.class,
            ProfileCommand.class,
            WatchCommand.class,
            DoctorCommand.class,
            CompletionCommand.class
        },
        synopsisSubcommandLabel = "COMMAND",
        description = {
            "Trains 3D convolutional networks on volumes, in pure Java.",
            "",
            "Start with 'medmnist quickstart'. Then train on real volumes:",
            "  medmnist train --flag adrenalmnist3d --download --models 3 --epochs 5 --out runs/adrenal",
            "  medmnist ensemble runs/adrenal",
            ""
        },
        commandListHeading = "%nCommands (each has its own --help):%n",
        exitCodeListHeading = ExitCodes.HEADING,
        exitCodeList = {
            "0:success",
            "1:failure: the data, the settings or the machine do not allow it; or a check has found a problem",
            "2:wrong use: an unknown command or option, or a value that is not allowed",
            "70:internal error; please report it",
            "130, 143:stopped by Ctrl-C or SIGTERM, with everything kept; --resume continues"
        })
public final class Main implements Runnable, DebugOption {
    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "Print the stack trace of a failure.")
    private boolean debug;

    @Override
    public boolean debug() {
        return debug;
    }

    /** Reports the missing command; picocli calls this if there is none. */
    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "No command given");
    }

    /** Runs one command and exits with its code. */
    public static void main(String... arguments) {
        PrintWriter out = new PrintWriter(System.out, true, System.out.charset());
        PrintWriter err = new PrintWriter(System.err, true, System.err.charset());
        int code = execute(out, err, arguments);
        StandardError.finish();
        System.exit(code);
    }

    /** Runs one command; returns its exit code. */
    static int execute(PrintWriter out, PrintWriter err, String... arguments) {
        return execute(Main::executeAndCloseDevices, out, err, arguments);
    }

    /** Parses a command and executes it in another way; returns its exit code. Failures are reported as usual. */
    static int execute(CommandLine.IExecutionStrategy strategy, PrintWriter out, PrintWriter err, String... arguments) {
        Main main = new Main();
        CommandLine commandLine = commandLine(main);
        commandLine.setOut(VisibleWriter.to(out));
        commandLine.setErr(VisibleWriter.to(err));
        Failures failures = new Failures(() -> main.debug);
        commandLine.setExecutionExceptionHandler(failures);
        commandLine.setParameterExceptionHandler(failures);
        commandLine.setExecutionStrategy(strategy);
        try {
            return commandLine.execute(arguments);
        } catch (OutOfMemoryError e) {
            return failures.outOfMemory(e, commandLine);
        } catch (RuntimeException | Error e) {
            // Picocli handles exceptions of commands, but not errors, with which the JVM would end with exit code 1.
            return failures.internalError(e, commandLine);
        } finally {
            out.flush();
            err.flush();
        }
    }

    /** Returns the parser of all commands. */
    static CommandLine commandLine(Main main) {
        CommandLine commandLine = new CommandLine(main);
        commandLine.registerConverter(Path.class, new UserPath());
        commandLine.setUsageHelpAutoWidth(true);
        commandLine.setCaseInsensitiveEnumValuesAllowed(true);
        HelpSections.installIn(commandLine);
        return commandLine;
    }

    private static int executeAndCloseDevices(CommandLine.ParseResult words) {
        for (CommandLine command : words.asCommandLineList()) {
            if (command.isUsageHelpRequested()) {
                command.setOut(VisibleWriter.raw(command.getOut())); // help has colours, and no text from files
            }
        }
        try {
            return new CommandLine.RunLast().execute(words);
        } finally {
            for (CommandLine command : words.asCommandLineList()) {
                for (CommandLine.Model.CommandSpec mixin :
                        command.getCommandSpec().mixins().values()) {
                    if (mixin.userObject() instanceof DeviceOptions devices) {
                        devices.close();
                    }
                }
            }
        }
    }
}
