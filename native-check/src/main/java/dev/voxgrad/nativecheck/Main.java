package dev.voxgrad.nativecheck;

import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import dev.voxgrad.nativecheck.report.ExitCodes;
import dev.voxgrad.nativecheck.report.Report;

/**
 * Runs the command {@code native-check}.
 *
 * <p>With the hidden option {@code --root FOLDER}, it reads {@code /proc}, {@code /sys}, the loader's cache and the
 * folders of libraries below that folder instead of {@code /}, so that the command can be tried on the files of another
 * machine. Java, the probes and the folder for temporary files remain those of this machine.
 */
@Command(
        name = "native-check",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = "Reports what this machine offers for training, what is wrong with its CUDA, and how to fix it.",
        exitCodeListHeading = ExitCodes.HEADING,
        exitCodeList = {
            ExitCodes.GPU_ROW,
            ExitCodes.CPU_ROW,
            ExitCodes.BROKEN_ROW,
            ExitCodes.WRONG_USE_ROW,
            ExitCodes.INTERNAL_ERROR_ROW
        },
        exitCodeOnInvalidInput = ExitCodes.WRONG_USE,
        exitCodeOnExecutionException = ExitCodes.INTERNAL_ERROR)
public final class Main implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--json", description = "Print one JSON object instead of text.")
    private boolean json;

    @Option(names = "--debug", description = "Show the stack traces of internal errors.")
    private boolean debug;

    @Option(names = "--root", hidden = true, paramLabel = "FOLDER")
    private Path root = Path.of("/");

    private Main() {}

    /** Runs the command and exits with its code. */
    public static void main(String[] args) {
        System.exit(execute(args));
    }

    private static int execute(String[] args) {
        try {
            return commandLine().execute(args);
        } catch (Throwable e) { // From picocli, which reads the environment: a Java without processes has none.
            System.err.println("native-check: internal error: " + Report.printable(e.toString()));
            return ExitCodes.INTERNAL_ERROR;
        }
    }

    static CommandLine commandLine() {
        return new CommandLine(new Main());
    }

    @Override
    public Integer call() {
        CommandLine command = spec.commandLine();
        return new Diagnosis(spec.name(), command.getOut(), command.getErr(), json, debug).of(root);
    }

    /** Provides the version from the jar's manifest. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"native-check " + Objects.requireNonNullElse(version, "(not from a jar)")};
        }
    }
}
