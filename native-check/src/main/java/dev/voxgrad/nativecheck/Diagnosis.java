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
 * Examines a machine, prints the report and returns the exit code: the common part of the commands {@code native-check}
 * and {@code medmnist doctor}.
 *
 * @param command the command's name, for messages
 * @param out receives the report
 * @param err receives errors of the command itself
 * @param json whether the report is one JSON object instead of text
 * @param debug whether stack traces of internal errors are printed
 */
public record Diagnosis(String command, PrintWriter out, PrintWriter err, boolean json, boolean debug) {
    /**
     * Examines this machine and prints the report.
     *
     * @param root the root of the file system that is read, {@code /} except for trials
     * @return the exit code
     */
    public int of(Path root) {
        return of(() -> new Machine(ChildProcess.likeThisOne(), root, this::trace).look());
    }

    /** Prints the report about what was seen; anything thrown is an internal error. */
    int of(Supplier<List<Section>> look) {
        try {
            Report report = Report.of(look.get());
            out.print(json ? report.json() : report.text());
            out.flush();
            return report.verdict().readiness().exitCode();
        } catch (Throwable e) { // For an Error, the JVM would print a stack trace and exit with 1, "CPU only".
            err.println(command + ": internal error: " + Report.printable(e.toString())
                    + ". Please report it together with the output of --debug.");
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
