package dev.voxgrad.medmnist.run;

import java.util.LinkedHashMap;
import java.util.SequencedMap;

import tools.jackson.databind.json.JsonMapper;

import dev.voxgrad.medmnist.data.Preparation;
import dev.voxgrad.medmnist.train.settings.TrainSettings;

/**
 * Describes a net and what it was trained for, as strings by name, which weight files and ONNX models contain:
 *
 * <pre>
 * format                pt, by which other libraries recognise PyTorch's names and shapes
 * voxgrad.net           net1
 * voxgrad.task          binary-class
 * voxgrad.classes       2
 * voxgrad.labels        ["normal","hyperplasia"], in the order of the logits
 * voxgrad.z_normalised  true if each volume is z-normalised
 * voxgrad.volumes.…     how volumes are prepared, as {@link Preparation#ofMetadata} reads it
 * </pre>
 */
public final class WeightsMetadata {
    private static final String KEY = "voxgrad.";

    private WeightsMetadata() {}

    /**
     * Returns the metadata of a net of a run.
     *
     * @param net the net's name, or those of several nets
     */
    public static SequencedMap<String, String> of(RunInfo run, String net) {
        TrainSettings settings = run.settings();
        SequencedMap<String, String> metadata = new LinkedHashMap<>();
        metadata.put("format", "pt");
        metadata.put(KEY + "net", net);
        if (run.task() != null) {
            metadata.put(KEY + "task", run.task());
        }
        metadata.put(KEY + "classes", String.valueOf(run.labelNames().size()));
        metadata.put(KEY + "labels", JsonMapper.shared().writeValueAsString(run.labelNames()));
        boolean zNormalised =
                settings.preparation().normalise().applies(run.data().isNormalisedInStudy());
        metadata.put(KEY + "z_normalised", String.valueOf(zNormalised));
        metadata.putAll(settings.preparation().toMetadata());
        return metadata;
    }
}
