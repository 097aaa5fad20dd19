package dev.voxgrad.medmnist.augment;

import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.engine.volume.Volume;

/**
 * Multiplies all values by one factor: {@code y = u·x} with u ~ U[0, 1). As MedMNIST's training script does with its
 * option {@code --shape_transform}. A factor near zero makes a volume nearly black.
 */
public record RandomBrightness() implements Transform {
    @Override
    public String name() {
        return "brightness";
    }

    @Override
    public String description() {
        return "multiplies all values by a factor from 0 to 1";
    }

    @Override
    public Brightness draw(RandomStream random, Volume volume) {
        return new Brightness(random.nextDouble());
    }

    /**
     * Represents a multiplication by one factor.
     *
     * @param factor from 0 up to, but not including, 1
     */
    public record Brightness(double factor) implements Change {
        @Override
        public void apply(Volume volume) {
            float[] values = volume.values();
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (values[i] * factor);
            }
        }

        @Override
        public String toString() {
            return "brightness, factor " + Words.number(factor);
        }
    }
}
