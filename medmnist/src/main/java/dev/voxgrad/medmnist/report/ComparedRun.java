package dev.voxgrad.medmnist.report;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.SequencedMap;

import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.ensemble.Evaluation;
import dev.voxgrad.medmnist.io.Sha256;
import dev.voxgrad.medmnist.metrics.Bootstrap;
import dev.voxgrad.medmnist.metrics.Metrics;
import dev.voxgrad.medmnist.run.RunFiles;
import dev.voxgrad.medmnist.run.json.JsonFields;

/**
 * Holds one run of a comparison.
 *
 * @param name for tables and charts
 * @param fields the fields of {@code run.json}
 * @param history the learning curves
 * @param evaluation its ensemble on the split that is compared
 * @param metrics of the weighted ensemble
 * @param intervals of these metrics
 * @param content identifies the volumes and labels of the split
 */
record ComparedRun(
        String name,
        SequencedMap<String, String> fields,
        History history,
        Evaluation evaluation,
        Metrics metrics,
        Bootstrap intervals,
        String content) {
    /** Reads the run's files, and computes the figures of its ensemble. */
    static ComparedRun of(String name, RunFiles run, Evaluation evaluation, long seed) {
        double[][] scores = evaluation.weighted().scores();
        return new ComparedRun(
                name,
                JsonFields.of(run.files().read(run.file(RunFiles.RUN_FILE)), RunFiles.RUN_FILE),
                History.read(run.files()),
                evaluation,
                evaluation.ensemble().metrics(scores),
                evaluation.ensemble().intervals(scores, seed),
                digest(evaluation.ensemble().split()));
    }

    double[][] scores() {
        return evaluation.weighted().scores();
    }

    /** Returns whether both were evaluated on the same volumes with the same labels, in the same order. */
    boolean hasSameVolumes(ComparedRun other) {
        return content.equals(other.content)
                && evaluation.ensemble().data().task()
                        == other.evaluation.ensemble().data().task();
    }

    /** Returns the SHA-256 of the shape, the values from 0 to 1, and the labels. */
    private static String digest(Split split) {
        MessageDigest digest = Sha256.digest();
        digest.update(split.shape().toString().getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < split.size(); i++) {
            float[] values = split.values(i);
            ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * values.length);
            bytes.asFloatBuffer().put(values);
            digest.update(bytes);
            int[] labels = split.labelsOf(i);
            for (int label : labels) {
                digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(label).flip());
            }
        }
        return Sha256.hex(digest);
    }
}
