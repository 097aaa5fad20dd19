package dev.voxgrad.medmnist.cli.command;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

import dev.voxgrad.medmnist.cli.options.DebugOption;
import dev.voxgrad.medmnist.cli.ui.VisibleWriter;
import dev.voxgrad.nativecheck.Diagnosis;
import dev.voxgrad.nativecheck.report.ExitCodes;

/**
 * Runs {@code medmnist doctor}. The option {@code --root FOLDER}, which its help does not show, works as in
 * {@code native-check}.
 */
@Command(
        name = "doctor",
        header = "Shows what this machine offers, what is wrong with its CUDA, and how to fix it.",
        description = {
            "Checks Java, the processor, memory, and the GPU's driver and libraries, tries them out in separate "
                    + "processes, and reports for each what was found, what is required and how to get there. The last "
                    + "line says which device the trainer would use, and why. The same as the command native-check.",
            "",
            "Example: medmnist doctor --json",
            ""
        },
        footer = "",
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
public final class DoctorCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @ParentCommand
    private DebugOption parent;

    @Option(names = "--json", description = "Print one JSON object instead of text.")
    private boolean json;

    @Option(names = "--root", hidden = true, paramLabel = "FOLDER")
    private Path root = Path.of("/");

    @Override
    public Integer call() {
        CommandLine command = spec.commandLine();
        // JSON must not be shortened, and it has escapes of its own.
        PrintWriter out = json ? VisibleWriter.raw(command.getOut()) : command.getOut();
        return new Diagnosis("medmnist", out, command.getErr(), json, parent.debug()).of(root);
    }
}
