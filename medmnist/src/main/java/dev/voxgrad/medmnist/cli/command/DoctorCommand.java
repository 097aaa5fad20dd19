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

/** {@code medmnist doctor}; {@code --root FOLDER}, which its help does not show, is as in {@code native-check}. */
@Command(
        name = "doctor",
        header = "Tells what this machine offers, what is wrong with its CUDA, and how to fix it.",
        description = {
            "Looks at Java, processor, memory, the GPU's driver and libraries, tries them out in processes of their own, and"
                    + " says of each thing what was found, what is wanted and how to get there. Its last line says what the"
                    + " trainer would use, and why. The same as the command native-check.",
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
        // No line of JSON may be shortened, and it has escapes of its own.
        PrintWriter out = json ? VisibleWriter.raw(command.getOut()) : command.getOut();
        return new Diagnosis("medmnist", out, command.getErr(), json, parent.debug()).of(root);
    }
}
