package dev.voxgrad.medmnist.augment;

import java.util.Objects;

import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.engine.volume.Volume;

/**
 * Adds Gaussian noise of random strength: {@code y = x + σ·n} with independent standard normal n for each voxel and
 * channel and σ ~ U(0, {@code maxSigma}). As TorchIO's {@code RandomNoise} with mean 0.
 *
 * @param maxSigma on the scale of the volume, which is 0 to 1
 */
public record RandomNoise(double maxSigma) implements Transform {
    /** TorchIO's default. */
    public static final double MAX_SIGMA = 0.25;

    @Override
    public String name() {
        return "noise";
    }

    @Override
    public String description() {
        return "adds normal noise to every voxel, sigma from 0 to " + Words.number(maxSigma);
    }

    @Override
    public Noise draw(RandomStream random, Volume volume) {
        return new Noise(random.uniform(0, maxSigma), random);
    }

    /**
     * Represents noise of one strength.
     *
     * @param sigma standard deviation
     * @param random the source of the deviates, which the first {@link #apply} uses up
     */
    public record Noise(double sigma, RandomStream random) implements Change {
        private static final int CHUNK = 4096;

        public Noise {
            Objects.requireNonNull(random);
        }

        @Override
        public void apply(Volume volume) {
            float[] values = volume.values();
            float[] deviates = new float[Math.min(CHUNK, values.length)];
            float scale = (float) sigma;
            for (int from = 0; from < values.length; from += CHUNK) {
                int count = Math.min(CHUNK, values.length - from);
                random.fillGaussians(deviates, 0, count);
                for (int i = 0; i < count; i++) {
                    values[from + i] += scale * deviates[i];
                }
            }
        }

        @Override
        public String toString() {
            return "noise, sigma " + Words.number(sigma);
        }
    }
}
