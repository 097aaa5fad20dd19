package dev.voxgrad.medmnist.augment;

import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.engine.volume.AffineMap;
import dev.voxgrad.engine.volume.ResampleCpu;
import dev.voxgrad.engine.volume.Volume;

/**
 * Scales and turns a volume about its centre: scales ~ U(1 − {@code scale}, 1 + {@code scale}) and angles ~
 * U({@code minDegrees}, {@code maxDegrees}), different on each axis. As TorchIO's {@code RandomAffine} without
 * translation, padding with the channel's minimum.
 *
 * <p>The original study wrote {@code degrees=(2, 2)}, which TorchIO reads as the range from 2 to 2: all its volumes
 * turn by 2 degrees about each axis.
 *
 * @param scale largest difference of a scale from 1, below 1
 * @param minDegrees smallest angle
 * @param maxDegrees largest angle
 */
public record RandomAffine(double scale, double minDegrees, double maxDegrees) implements Transform {
    /** TorchIO's default. */
    public static final double SCALE = 0.1;
    /** The original study's angle. */
    public static final double DEGREES = 2;

    @Override
    public String name() {
        return "affine";
    }

    @Override
    public String description() {
        return "scales each axis by " + Words.number(1 - scale) + " to " + Words.number(1 + scale) + " and turns by "
                + (minDegrees == maxDegrees
                        ? Words.number(maxDegrees)
                        : Words.number(minDegrees) + " to " + Words.number(maxDegrees))
                + " degrees about each, about the centre";
    }

    @Override
    public Affine draw(RandomStream random, Volume volume) {
        double[] scales = new double[3];
        double[] angles = new double[3];
        for (int axis = 0; axis < 3; axis++) {
            scales[axis] = random.uniform(1 - scale, 1 + scale);
        }
        for (int axis = 0; axis < 3; axis++) {
            angles[axis] = random.uniform(minDegrees, maxDegrees);
        }
        return new Affine(scales, angles);
    }

    /**
     * Output voxel p reads q = Rᵀ·diag(1/s)·(p − c) + c, with c the centre and R = Rz·Rx·Ry; see {@link ResampleCpu}.
     *
     * @param scales s along X, Y and Z: above 1 enlarges
     * @param angles about X, Y and Z, in degrees
     */
    public record Affine(double[] scales, double[] angles) implements Change {
        @Override
        public void apply(Volume volume) {
            ResampleCpu.apply(volume, map().aboutCentre(volume));
        }

        /** Returns the map about voxel (0,0,0). */
        AffineMap map() {
            return AffineMap.rotation(angles[0], angles[1], angles[2])
                    .inverseRotation()
                    .after(AffineMap.scale(1 / scales[0], 1 / scales[1], 1 / scales[2]));
        }

        @Override
        public String toString() {
            return "affine, scales " + Words.vector(scales) + ", " + Words.vector(angles) + " degrees";
        }
    }
}
