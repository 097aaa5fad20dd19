package dev.voxgrad.medmnist.augment;

import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.engine.volume.Volume;

/**
 * Reverses one axis with some probability. As TorchIO's {@code RandomFlip}, which draws for the axis once more after
 * it was decided to apply the transform.
 *
 * @param axis 0 (X, the slowest), 1 or 2
 * @param probability that the axis is reversed once the transform is applied
 */
public record RandomFlip(int axis, double probability) implements Transform {
    @Override
    public String name() {
        return "flip";
    }

    @Override
    public String description() {
        return "reverses the " + "XYZ".charAt(axis) + " axis with probability " + Words.number(probability);
    }

    @Override
    public Flip draw(RandomStream random, Volume volume) {
        return new Flip(axis, random.nextDouble() < probability);
    }

    /**
     * Represents a flip that was drawn, which may leave the volume as it is.
     *
     * @param axis 0, 1 or 2
     * @param reversed whether the axis is reversed at all
     */
    public record Flip(int axis, boolean reversed) implements Change {
        @Override
        public void apply(Volume volume) {
            if (!reversed) {
                return;
            }
            int n = volume.size(axis);
            int inner = 1;
            for (int faster = axis + 1; faster < 3; faster++) {
                inner *= volume.size(faster);
            }
            int outer = volume.values().length / (n * inner);
            for (int o = 0; o < outer; o++) {
                for (int i = 0; i < n / 2; i++) {
                    exchange(volume.values(), (o * n + i) * inner, (o * n + n - 1 - i) * inner, inner);
                }
            }
        }

        private static void exchange(float[] values, int one, int other, int count) {
            for (int i = 0; i < count; i++) {
                float kept = values[one + i];
                values[one + i] = values[other + i];
                values[other + i] = kept;
            }
        }

        @Override
        public String toString() {
            return reversed ? "flip of " + "XYZ".charAt(axis) : "no flip";
        }
    }
}
