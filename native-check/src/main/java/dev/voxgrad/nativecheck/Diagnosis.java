package dev.voxgrad.nativecheck;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;

import dev.voxgrad.nativecheck.probe.ChildProcess;
import dev.voxgrad.nativecheck.report.ExitCodes;
import dev.voxgrad.nativecheck.report.Report;
import dev.voxgrad.nativecheck.report.Section;

/**
 * What the commands {@code native-check} and {@code medmnist doctor} both do: look, print, and say in the exit code
 * what came of it.
 *
 * @param command the command's name, for messages
 * @param out receives the report
 * @param err receives what goes wrong with the command itself
 * @param json whether the report is one JSON object instead of text
 * @param debug whether stack traces of internal errors are printed
 */
public record Diagnosis(String command, PrintWriter out, PrintWriter err, boolean json, boolean debug) {
    /**
     * Looks at this machine and prints the report.
     *
     * @param root the root of the file system that is read, {@code /} but for trials
     * @return the exit code
     */
    public int of(Path root) {
        return of(() -> new Machine(ChildProcess.likeThisOne(), root, this::trace).look());
    }

    /** Prints the report about what was seen; whatever is thrown is an internal error. */
    int of(Supplier<List<Section>> look) {
        try {
            Report report = Report.of(look.get());
            out.print(json ? report.json() : report.text());
            out.flush();
            return report.verdict().readiness().exitCode();
        } catch (Throwable e) { // A stack trace and exit code 1, "CPU only", is what the JVM would make of an Error.
            err.println(command + ": internal error: " + Report.printable(e.toString())
                    + ". Please report it with what --debug shows.");
            trace(e);
            err.flush();
            return ExitCodes.INTERNAL_ERROR;
        }
    }

    private void trace(Throwable e) {
        if (debug) {
            e.printStackTrace(err);
        }
    }
}
