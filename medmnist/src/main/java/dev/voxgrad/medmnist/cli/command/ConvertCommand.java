package dev.voxgrad.medmnist.cli.command;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import dev.voxgrad.medmnist.cli.options.ReplaceOption;
import dev.voxgrad.medmnist.export.WeightsFormat;
import dev.voxgrad.nn.weights.WeightsFile;

/** Runs {@code medmnist convert}. */
@Command(
        name = "convert",
        header = "Converts weights between PyTorch, safetensors and NumPy, or shows them.",
        sortOptions = false,
        description = {
            "Converts weights between PyTorch's files (.pth, .pt), safetensors and NumPy's .npz. The extension of OUT"
                    + " decides what is written. Without OUT, prints what is in the file: its metadata, and the name,"
                    + " format and shape of every tensor.",
            "",
            "Both kinds of PyTorch's files are read: zip files, and the older stream, which PyTorch 1.3 wrote for the"
                    + " official benchmark. They may contain a state dict, or a checkpoint such as {'net': …} or"
                    + " {'state_dict': …}. Such a file contains a program; here, only tensors are read, every other"
                    + " name in it is refused, and nothing in it is run. The prefix 'module.' of nn.DataParallel is"
                    + " removed if all names have it.",
            "",
            "Values become float32, and integers int64. What is written as .pth loads in PyTorch with"
                    + " torch.load(FILE, weights_only=True), as an OrderedDict for load_state_dict. Metadata is kept in"
                    + " safetensors and .pth (there as the attribute 'voxgrad' of the dictionary), but not in .npz.",
            "",
            "train --init-weights and predict --weights read safetensors and PyTorch's files without conversion.",
            "",
            "Examples:",
            "  medmnist convert resnet18_28_1.pth resnet18.safetensors",
            "  medmnist convert runs/adrenal/weights/member-00-net1-best.safetensors net1.pth",
            "  medmnist convert resnet18_28_1.pth",
            ""
        })
public final class ConvertCommand implements Callable<Integer> {
    @Spec
    private CommandSpec command;

    @Parameters(index = "0", paramLabel = "IN", description = "The file to read.")
    private Path in;

    @Parameters(index = "1", paramLabel = "OUT", arity = "0..1", description = "The file to write.")
    private @Nullable Path out;

    @Option(
            names = "--key",
            paramLabel = "NAME",
            description = "The weights to read, if a checkpoint of PyTorch contains several, such as net and ema.")
    private @Nullable String key;

    @Mixin
    private ReplaceOption replaceOption;

    @Override
    public Integer call() {
        if (out == null) {
            show(WeightsFormat.read(in, key));
            return 0;
        }
        WeightsFormat format = WeightsFormat.of(out)
                .orElseThrow(
                        () -> wrongUse(out + " has an unknown extension; expected one of " + WeightsFormat.names()));
        if (out.toAbsolutePath().normalize().equals(in.toAbsolutePath().normalize())) {
            throw wrongUse(out + " is the file that is read; name another file to write");
        }
        replaceOption.requireWritable(out);
        WeightsFile weights = WeightsFormat.read(in, key);
        WeightsFile plain = WeightsFormat.unwrapped(weights);
        format.write(plain, out);
        PrintWriter err = command.commandLine().getErr();
        if (WeightsFormat.isWrapped(weights)) {
            err.println(in + ": the prefix 'module.' was removed from all names");
        }
        if (format == WeightsFormat.NPZ && !weights.metadata().isEmpty()) {
            err.println(out + ": has no metadata, as .npz files cannot contain any; lost: "
                    + String.join(", ", weights.metadata().keySet()));
        }
        command.commandLine().getOut().println(out + "  " + size(plain));
        return 0;
    }

    private ParameterException wrongUse(String message) {
        return new ParameterException(command.commandLine(), message);
    }

    private void show(WeightsFile weights) {
        PrintWriter lines = command.commandLine().getOut();
        weights.metadata().forEach((name, value) -> lines.println(name + " = " + value));
        weights.tensors().values().forEach(lines::println);
        weights.unreadable().values().forEach(lines::println);
        lines.println(in + "  " + size(weights));
    }

    private static String size(WeightsFile weights) {
        long values = weights.tensors().values().stream()
                .mapToLong(tensor -> tensor.shape().elements())
                .sum();
        return String.format(
                Locale.ROOT, "%d tensors, %d values", weights.tensors().size(), values);
    }
}
