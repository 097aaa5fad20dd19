package dev.voxgrad.medmnist.model;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ObjIntConsumer;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.io.DataException;
import dev.voxgrad.medmnist.train.Predictor;

/**
 * Applies an ensemble to volumes, one net after the other.
 *
 * @param model whose members are used
 * @param weights weights of these members' models; a net without weight is not loaded
 * @param device on which the nets run
 * @param batchSize volumes at a time; makes no difference to the result
 * @param augmentation augmentation of the volumes, the same for every net
 */
public record EnsemblePredictor(
        TrainedModel model,
        EnsembleWeights weights,
        Device device,
        int batchSize,
        Predictor.Augmentation augmentation) {
    /** Returns the weight files that have a weight. */
    public List<ModelFile> files() {
        return model.files().stream()
                .filter(file -> weights.of(file.position(), file.kind()) > 0)
                .toList();
    }

    /**
     * Predicts all volumes of a split.
     *
     * @param progress receives, after each batch, the net that runs and the number of volumes done, counting draws
     * @throws DataException if a weights file is missing or damaged, or does not fit the volumes
     */
    public Prediction predict(VolumeData data, Split split, ObjIntConsumer<ModelFile> progress) {
        List<WeightedScores> parts = new ArrayList<>();
        try (Predictor predictor = new Predictor(data, split, device, batchSize, augmentation)) {
            for (ModelFile file : files()) {
                double[][] logits =
                        model.logits(file, predictor, device, split.shape(), done -> progress.accept(file, done));
                parts.add(new WeightedScores(weights.of(file.position(), file.kind()), logits));
            }
        }
        return Prediction.of(model.task(), model.labelNames(), parts);
    }
}
