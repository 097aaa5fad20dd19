package dev.voxgrad.medmnist.export;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Collectors;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.medmnist.data.NetInput;
import dev.voxgrad.medmnist.data.Task;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.data.Window;
import dev.voxgrad.medmnist.io.DataException;
import dev.voxgrad.medmnist.model.EnsembleNet;
import dev.voxgrad.medmnist.model.TrainedModel;
import dev.voxgrad.medmnist.run.WeightsMetadata;
import dev.voxgrad.nn.onnx.OnnxInput;
import dev.voxgrad.nn.onnx.OnnxModel;

/**
 * Translates one net of a run, or an ensemble of them, to an ONNX model. Its metadata is that of weight files, and says
 * what the input is, and which nets with which weights it consists of.
 */
public final class OnnxExport {
    private OnnxExport() {}

    /**
     * Returns the bytes of the model.
     *
     * @param nets one net or several
     * @param stored the shape of volumes before they are prepared
     * @param prepared whether the model takes volumes that are prepared already; otherwise it takes values as they are
     *     stored, and prepares them itself
     * @throws DataException if a net has a layer that cannot be translated, or if all weights take 2 GiB or more
     */
    public static byte[] of(TrainedModel model, EnsembleNet nets, VolumeShape stored, boolean prepared) {
        OnnxInput input = prepared ? OnnxInput.PREPARED : steps(model, stored);
        VolumeShape taken = prepared ? model.preparation().shape(stored) : stored;
        try {
            return new OnnxModel(
                            Shape.of(taken.channels(), taken.x(), taken.y(), taken.z()),
                            model.classes(),
                            input,
                            parts(nets),
                            model.task() == Task.MULTI_LABEL ? OnnxModel.Output.SIGMOID : OnnxModel.Output.SOFTMAX,
                            metadata(model, nets, input))
                    .toByteArray();
        } catch (IllegalArgumentException e) {
            throw new DataException(
                    model + ": cannot be written as one ONNX model: " + e.getMessage()
                            + ". Write its members one by one, with --member",
                    e);
        }
    }

    private static OnnxInput steps(TrainedModel model, VolumeShape stored) {
        Window window = model.window().orElse(Window.BYTES);
        NetInput input = model.input(stored);
        return new OnnxInput(window.low(), window.high(), input.factor(), input.zNormalize(), input.copies());
    }

    /** Returns the nets; if there are several, the number and kind of each precede its names. */
    private static List<OnnxModel.Part> parts(EnsembleNet nets) {
        boolean single = nets.parts().size() == 1;
        return nets.parts().stream()
                .map(part -> new OnnxModel.Part(single ? "" : prefix(part), part.net(), part.weight()))
                .toList();
    }

    private static String prefix(EnsembleNet.Part part) {
        return String.format(
                Locale.ROOT,
                "member-%02d-%s",
                part.file().member().index(),
                part.file().kind().label());
    }

    private static Map<String, String> metadata(TrainedModel model, EnsembleNet nets, OnnxInput input) {
        Set<String> names = nets.parts().stream()
                .map(part -> part.file().net().name())
                .collect(Collectors.toCollection(LinkedHashSet::new));
        SequencedMap<String, String> metadata = WeightsMetadata.of(model.info(), String.join(",", names));
        metadata.remove("format");
        metadata.put("voxgrad.input", input.toString());
        metadata.put(
                "voxgrad.models",
                nets.parts().stream()
                        .map(part -> part.file() + " " + part.weight())
                        .collect(Collectors.joining(", ")));
        return metadata;
    }
}
