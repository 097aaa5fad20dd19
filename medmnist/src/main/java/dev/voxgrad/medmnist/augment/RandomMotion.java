package dev.voxgrad.medmnist.augment;

import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.engine.volume.AffineMap;
import dev.voxgrad.engine.volume.MotionCpu;
import dev.voxgrad.engine.volume.Volume;

/**
 * Imitates a patient who moves twice while the spectrum is recorded, at about 1/3 and 2/3 of the time: for each
 * movement angles ~ U(−{@code degrees}, {@code degrees}) and translations ~ U(−{@code translation}, {@code
 * translation}) on the three axes, and times 1/3 and 2/3, each off by U(−0.1, 0.1). As TorchIO's {@code RandomMotion}
 * with two transforms.
 *
 * @param degrees largest angle
 * @param translation largest translation
 * @param centred whether volumes turn about their centre, or, as TorchIO's do, about the centre of voxel (0,0,0)
 */
public record RandomMotion(double degrees, Length translation, boolean centred) implements Transform {
    /** TorchIO's default. */
    public static final double DEGREES = 10;
    /** TorchIO's default. */
    public static final Length TRANSLATION = Length.voxels(10);

    private static final double LARGEST_DELAY = 0.1;

    @Override
    public String name() {
        return "motion";
    }

    @Override
    public String description() {
        return "two movements while recording: up to " + Words.number(degrees) + " degrees about "
                + (centred ? "the centre" : "voxel (0,0,0)") + ", shifts of up to " + translation;
    }

    @Override
    public Motion draw(RandomStream random, Volume volume) {
        Movement first = movement(random, volume);
        Movement second = movement(random, volume);
        double firstTime = 1 / 3.0 + random.uniform(-LARGEST_DELAY, LARGEST_DELAY);
        double secondTime = 2 / 3.0 + random.uniform(-LARGEST_DELAY, LARGEST_DELAY);
        return new Motion(first, second, firstTime, secondTime, centred);
    }

    private Movement movement(RandomStream random, Volume volume) {
        double[] angles = new double[3];
        double[] translations = new double[3];
        for (int axis = 0; axis < 3; axis++) {
            angles[axis] = random.uniform(-degrees, degrees);
        }
        for (int axis = 0; axis < 3; axis++) {
            double largest = translation.on(volume.size(axis));
            translations[axis] = random.uniform(-largest, largest);
        }
        return new Movement(angles, translations);
    }

    /**
     * Represents one rigid movement.
     *
     * @param angles about X, Y and Z, in degrees
     * @param translations along X, Y and Z, in voxels
     */
    public record Movement(double[] angles, double[] translations) {
        /** Returns q = R·p + τ with R = Rz(θz)·Rx(−θx)·Ry(−θy) and τ = (−tx, −ty, tz), TorchIO's signs. */
        AffineMap map(Volume volume, boolean centred) {
            AffineMap rotation = AffineMap.rotation(-angles[0], -angles[1], angles[2]);
            return (centred ? rotation.aboutCentre(volume) : rotation)
                    .translated(-translations[0], -translations[1], translations[2]);
        }

        @Override
        public String toString() {
            return Words.vector(angles) + " degrees and " + Words.vector(translations) + " voxels";
        }
    }

    /**
     * Represents two movements at their times, parts of the whole recording; {@link MotionCpu} defines the result.
     *
     * @param centred as in {@link RandomMotion}
     */
    public record Motion(Movement first, Movement second, double firstTime, double secondTime, boolean centred)
            implements Change {
        @Override
        public void apply(Volume volume) {
            int start = (int) (volume.z() * firstTime);
            int end = (int) (volume.z() * secondTime);
            MotionCpu.apply(volume, first.map(volume, centred), second.map(volume, centred), start, end);
        }

        @Override
        public String toString() {
            return "motion by " + first + " at " + Words.number(firstTime) + ", by " + second + " at "
                    + Words.number(secondTime);
        }
    }
}
