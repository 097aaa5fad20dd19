package dev.voxgrad.nativecheck;

import java.io.PrintWriter;
import java.util.Objects;
import java.util.concurrent.Callable;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code native-check}. */
@Command(name = "native-check", mixinStandardHelpOptions = true, versionProvider = Main.Version.class,
        description = "Tells what this machine offers for training, what is wrong with its CUDA, and how to mend it.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:ready for the GPU", "1:CPU only", "2:broken", "64:wrong use of this command"},
        exitCodeOnInvalidInput = Main.WRONG_USE, exitCodeOnExecutionException = 2)
public final class Main implements Callable<Integer> {
    /** Exit code for an unknown option; 2 is taken. */
    static final int WRONG_USE = 64;

    @Spec
    private CommandSpec spec;

    @Option(names = "--json", description = "Print one JSON object in place of text.")
    private boolean json;

    private Main() {
    }

    /** Runs the command and exits with its code. */
    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Main());
    }

    @Override
    public Integer call() {
        Report report = Report.of(new Machine(ChildProcess.likeThisOne()).look());
        PrintWriter out = spec.commandLine().getOut();
        out.print(json ? report.json() : report.text());
        out.flush();
        return report.verdict().readiness().exitCode();
    }

    /** The version from the jar's manifest. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"native-check " + Objects.requireNonNullElse(version, "(not from a jar)")};
        }
    }
}
