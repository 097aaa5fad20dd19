package dev.voxgrad.medmnist.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import dev.voxgrad.nativecheck.ChildProcess;
import dev.voxgrad.nativecheck.Machine;
import dev.voxgrad.nativecheck.Report;

/** {@code medmnist doctor}. */
@Command(name = "doctor", header = "Tells what this machine offers, what is wrong with its CUDA, and how to mend it.",
        description = {
    "Looks at Java, processor, memory, the GPU's driver and libraries, tries them out in processes of their own, and"
            + " says of each thing what was found, what is wanted and how to get there. Its last line says what the"
            + " trainer would use, and why. The same as the command native-check.",
    "",
    "Exit code: 0 ready for the GPU, 1 CPU only, 2 broken.",
    "",
    "Example: medmnist doctor --json",
    ""
})
final class DoctorCommand implements Callable<Integer> {
    @Spec
    private CommandSpec command;

    @Option(names = "--json", description = "Print one JSON object in place of text.")
    private boolean json;

    @Override
    public Integer call() {
        Report report = Report.of(new Machine(ChildProcess.likeThisOne()).look());
        command.commandLine().getOut().print(json ? report.json() : report.text());
        return report.verdict().readiness().exitCode();
    }
}
