package dev.voxgrad.medmnist.augment;

import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.engine.volume.GaussianBlurCpu;
import dev.voxgrad.engine.volume.Volume;

/**
 * Applies a Gaussian blur of random strength, different on each axis: σ ~ U(0, {@code maxSigma}). As TorchIO's
 * {@code RandomBlur}.
 *
 * @param maxSigma largest standard deviation
 */
public record RandomBlur(Length maxSigma) implements Transform {
    /** TorchIO's default. */
    public static final Length MAX_SIGMA = Length.voxels(2);

    @Override
    public String name() {
        return "blur";
    }

    @Override
    public String description() {
        return "Gaussian blur, sigma on each axis from 0 to " + maxSigma;
    }

    @Override
    public Blur draw(RandomStream random, Volume volume) {
        double x = random.uniform(0, maxSigma.on(volume.x()));
        double y = random.uniform(0, maxSigma.on(volume.y()));
        double z = random.uniform(0, maxSigma.on(volume.z()));
        return new Blur(x, y, z);
    }

    /** Represents a blur with these standard deviations in voxels; {@link GaussianBlurCpu} defines it. */
    public record Blur(double sigmaX, double sigmaY, double sigmaZ) implements Change {
        @Override
        public void apply(Volume volume) {
            GaussianBlurCpu.apply(volume, sigmaX, sigmaY, sigmaZ);
        }

        @Override
        public String toString() {
            return "blur, sigma " + Words.vector(sigmaX, sigmaY, sigmaZ);
        }
    }
}
