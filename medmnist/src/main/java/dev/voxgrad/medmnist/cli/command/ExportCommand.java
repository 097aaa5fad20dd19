package dev.voxgrad.medmnist.cli.command;

import java.nio.file.Path;
import java.util.List;
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

import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.cli.options.ReplaceOption;
import dev.voxgrad.medmnist.cli.options.RunDataOptions;
import dev.voxgrad.medmnist.data.Requirement;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.export.OnnxExport;
import dev.voxgrad.medmnist.io.AtomicFile;
import dev.voxgrad.medmnist.model.EnsembleNet;
import dev.voxgrad.medmnist.model.EnsembleWeights;
import dev.voxgrad.medmnist.model.ModelFile;
import dev.voxgrad.medmnist.model.TrainedModel;
import dev.voxgrad.medmnist.run.ModelKind;
import dev.voxgrad.nn.onnx.OnnxModel;

/** Runs {@code medmnist export}. */
@Command(
        name = "export",
        header = "Writes a run's ensemble, or one of its nets, as an ONNX model.",
        sortOptions = false,
        description = {
            "Writes the weighted ensemble of a run, or one of its nets, as one ONNX model (intermediate representation"
                    + " " + OnnxModel.IR_VERSION + ", operator set " + OnnxModel.OPERATOR_SET + "), which ONNX Runtime"
                    + " and other programs execute.",
            "",
            "Input: 'volumes', float32 (N,C,D,H,W), for any N, with values as they are stored: from 0 to 255 in"
                    + " MedMNIST's files. The model scales them to 0 to 1 (by the run's --window, if it has one),"
                    + " z-normalises them and so on, as the run requires; with --prepared-input, it takes volumes for"
                    + " which that is done already. Outputs: 'logits' and 'probabilities', float32 (N,K). The metadata"
                    + " has the names of the labels, the task, the nets and their weights.",
            "",
            "Examples:",
            "  medmnist export runs/adrenal --onnx adrenal.onnx",
            "  medmnist export runs/adrenal --onnx net1.onnx --member 0 --model best",
            "",
            "  import numpy as np, onnxruntime",
            "  volumes = np.load('adrenalmnist3d.npz')['test_images'][:8, None]",
            "  session = onnxruntime.InferenceSession('adrenal.onnx')",
            "  logits, probabilities = session.run(None, {'volumes': volumes.astype('float32')})",
            ""
        })
public final class ExportCommand implements Callable<Integer> {
    @Spec
    private CommandSpec command;

    @Parameters(paramLabel = "RUN|MODEL.zip", description = "The run's folder, as created by train, or a bundle.")
    private Path source;

    @Option(names = "--onnx", paramLabel = "FILE", required = true, description = "File to write.")
    private Path out;

    @Option(
            names = "--member",
            paramLabel = "M",
            description = "Write only the net of this member. Default: the ensemble of all finished members")
    private @Nullable Integer member;

    @Option(names = "--model", paramLabel = "KIND", description = "With --member: last or best. Default: best")
    private @Nullable ModelKind kind;

    @Option(
            names = "--weights",
            paramLabel = "uniform|FILE",
            description = "The ensemble's weights: 'uniform', or a file with lines such as 'last = 0.5', 'best = 1.5',"
                    + " 'member.0 = 1'. Default: 0.5 for all last models and 1.5 for all best ones, or"
                    + " those of the bundle")
    private @Nullable Path weights;

    @Option(names = "--prepared-input", description = "Leave the preparation of volumes out of the model.")
    private boolean preparedInput;

    @Mixin
    private ReplaceOption replaceOption;

    @Mixin
    private RunDataOptions runDataOptions;

    @Override
    public Integer call() {
        if (member == null ? kind != null : weights != null) {
            throw new ParameterException(
                    command.commandLine(),
                    member == null ? "--model requires --member M" : "--weights is for ensembles, without --member");
        }
        replaceOption.requireWritable(out);
        try (TrainedModel model = TrainedModel.open(source);
                CpuDevice device = new CpuDevice(1)) {
            VolumeShape stored = model.storedShape()
                    .orElseGet(() ->
                            runDataOptions.load(model.run(), Requirement.NONE).shape());
            EnsembleNet nets = nets(model, device, stored);
            byte[] bytes = OnnxExport.of(model, nets, stored, preparedInput);
            AtomicFile.write(out, bytes);
            command.commandLine().getOut().println(out + "  " + words(nets, bytes.length));
        }
        return 0;
    }

    private EnsembleNet nets(TrainedModel model, Device device, VolumeShape stored) {
        if (member != null) {
            ModelFile file = model.withMembers(List.of(member)).file(0, kind == null ? ModelKind.BEST : kind);
            return new EnsembleNet(
                    model.task(), List.of(new EnsembleNet.Part(file, model.load(file, device, stored), 1)));
        }
        return model.load(device, stored, weights(model));
    }

    private EnsembleWeights weights(TrainedModel model) {
        if (weights == null) {
            return model.weights();
        }
        int members = model.members().size();
        return weights.toString().equals("uniform")
                ? EnsembleWeights.uniform(members)
                : EnsembleWeights.read(weights, members);
    }

    private static String words(EnsembleNet nets, int bytes) {
        String what = nets.parts().size() == 1
                ? "net " + nets.parts().getFirst().file()
                : "ensemble of " + nets.parts().size() + " nets";
        return String.format(Locale.ROOT, "%s, %.1f MB", what, bytes / 1e6);
    }
}
