package dev.voxgrad.medmnist.explain;

import java.util.List;

import dev.voxgrad.engine.Dims3;

/**
 * Explains one logit of one volume.
 *
 * @param map how much each voxel contributes, in units of the logit
 * @param logit f_c(x)
 * @param blankLogit f_c of the volume without content that the method compares with; NaN if it compares with none
 */
public record Attribution(Heatmap map, double logit, double blankLogit) {
    /**
     * Returns the explanation of an ensemble, whose logit is the weighted mean of its models' logits. Every method is
     * linear in the logit, or, as {@link GradCam} before its ReLU, in each model's share of it; so the weighted mean of
     * the maps is the map of the mean.
     *
     * @param parts one explanation per model, of the same volume and class
     * @param weights one per model, at least 0 and not all 0
     */
    public static Attribution mean(List<Attribution> parts, double... weights) {
        Dims3 size = parts.getFirst().map.size();
        double[] sums = new double[size.product()];
        double logit = 0;
        double blank = 0;
        double total = 0;
        for (int i = 0; i < parts.size(); i++) {
            Attribution part = parts.get(i);
            total += weights[i];
            logit += weights[i] * part.logit;
            blank += weights[i] * part.blankLogit;
            float[] values = part.map.values();
            for (int voxel = 0; voxel < sums.length; voxel++) {
                sums[voxel] += weights[i] * values[voxel];
            }
        }
        float[] mean = new float[sums.length];
        for (int voxel = 0; voxel < mean.length; voxel++) {
            mean[voxel] = (float) (sums[voxel] / total);
        }
        return new Attribution(new Heatmap(size, mean), logit / total, blank / total);
    }

    /**
     * Returns by how much the sum of the map misses f_c(x) − f_c(blank), as a fraction of the larger of the two. It is
     * near 0 for {@link IntegratedGradients} with enough steps.
     */
    public double incompleteness() {
        double sum = map.sum();
        double difference = logit - blankLogit;
        double scale = Math.max(Math.abs(sum), Math.abs(difference));
        return scale == 0 ? 0 : Math.abs(sum - difference) / scale;
    }
}
