package dev.voxgrad.medmnist.data;

import java.util.List;
import java.util.Optional;

import dev.voxgrad.engine.random.RandomPurpose;
import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.medmnist.io.BadValueException;

/**
 * A data set made by code: one solid per volume, of five kinds, in random pose, size and brightness, under a
 * smooth uneven background and noise. It lets the whole program be tried without any download, and says of
 * itself that it is synthetic.
 */
public final class SyntheticShapes {
    /** The kinds, in the order of their class numbers. */
    public static final List<String> LABELS = List.of("ellipsoid", "box", "torus", "shell", "cross");
    /** Noise deviation over the solid's mean brightness: at 0 a small net is perfect, at large values at chance. */
    public static final double DIFFICULTY = 0.4;

    private static final int LARGEST_EDGE = 128;
    /** Of one split: 256 MiB. */
    private static final int MOST_VOXELS = 1 << 28;

    private static final double MOST_DIFFICULTY = 100;
    private static final int CROSS = 4;
    /** Knots of the background per axis. */
    private static final int KNOTS = 4;

    private static final double BASE = 90;
    private static final double BRIGHTNESS = 60;
    private static final double BACKGROUND = 15;
    /** Deviation of the sum of four independent uniform bytes: 2·√((256² − 1)/12). */
    private static final double BYTES_DEVIATION = 2 * Math.sqrt((256 * 256 - 1) / 12.0);

    private SyntheticShapes() {}

    /**
     * What to make.
     *
     * @param seed decides every voxel
     * @param edge edge length in voxels
     * @param train volumes to train on
     * @param val volumes to choose by
     * @param test volumes to report
     * @param difficulty see {@link #DIFFICULTY}
     */
    public record Settings(long seed, int edge, int train, int val, int test, double difficulty) {
        /** Rejects what can't be made, or would fill the memory; a run.json may contain anything. */
        public Settings {
            BadValueException.requireWithin("edge", edge, 1, LARGEST_EDGE);
            int most = MOST_VOXELS / (edge * edge * edge);
            BadValueException.requireWithin("train", train, 1, most);
            BadValueException.requireWithin("val", val, 1, most);
            BadValueException.requireWithin("test", test, 1, most);
            BadValueException.require(
                    difficulty >= 0 && difficulty <= MOST_DIFFICULTY,
                    "difficulty",
                    difficulty,
                    "0 to " + MOST_DIFFICULTY);
        }

        public static Settings of(long seed) {
            return new Settings(seed, 28, 480, 120, 240, DIFFICULTY);
        }

        /** Returns the settings of a few volumes, which are made in no time. */
        public static Settings example(long seed, int edge) {
            return new Settings(seed, edge, 16, 8, 8, DIFFICULTY);
        }

        /** Returns the same settings for volumes of another size. */
        public Settings withEdge(int voxels) {
            return new Settings(seed, voxels, train, val, test, difficulty);
        }
    }

    /** Makes the data set: the same for the same settings, on every machine. */
    public static VolumeData make(Settings settings) {
        return new VolumeData(
                "synthetic-shapes",
                "SYNTHETIC: noisy volumes of simple solids, made by code from seed " + settings.seed() + ".",
                Task.MULTI_CLASS,
                LABELS,
                true,
                true,
                Optional.empty(),
                split("train", 0, settings.train(), settings),
                split("val", 1, settings.val(), settings),
                split("test", 2, settings.test(), settings));
    }

    /** Makes a split in which classes take turns, so that every split contains them equally. */
    private static Split split(String name, int number, int count, Settings settings) {
        VolumeShape shape = new VolumeShape(1, settings.edge());
        byte[] voxels = new byte[Math.multiplyExact(count, shape.elements())];
        int[] labels = new int[count];
        for (int i = 0; i < count; i++) {
            labels[i] = i % LABELS.size();
            RandomStream random = new RandomStream(settings.seed(), number, i, RandomPurpose.SYNTHETIC_VOLUME);
            new Painter(random, labels[i], settings).paint(voxels, i * shape.elements());
        }
        return Split.of(name, shape, voxels, labels);
    }

    /** Paints one volume. Lengths are in units of half the edge, from −1 to 1. */
    private static final class Painter {
        private final RandomStream random;
        private final int kind;
        private final int edge;
        private final double noise;
        private final double[] rotation;
        private final double[] centre = new double[3];
        private final double[] radius = new double[3];
        private final double brightness;
        private final double thickness;
        private final float[] background = new float[KNOTS * KNOTS * KNOTS];

        Painter(RandomStream random, int kind, Settings settings) {
            this.random = random;
            this.kind = kind;
            this.edge = settings.edge();
            this.noise = settings.difficulty() * BRIGHTNESS;
            this.rotation = randomRotation(random);
            double size = random.uniform(0.45, 0.65);
            for (int d = 0; d < 3; d++) {
                centre[d] = random.uniform(-0.2, 0.2);
                radius[d] = size * random.uniform(0.8, 1.2);
            }
            this.brightness = BRIGHTNESS * random.uniform(0.7, 1.3);
            this.thickness = random.uniform(0.28, 0.4);
            for (int i = 0; i < background.length; i++) {
                background[i] = (float) (BACKGROUND * random.uniform(-1, 1));
            }
        }

        void paint(byte[] voxels, int start) {
            int at = start;
            double[] p = new double[3];
            double soft = 2.0 / edge;
            for (int x = 0; x < edge; x++) {
                for (int y = 0; y < edge; y++) {
                    for (int z = 0; z < edge; z++) {
                        toSolid(coordinate(x), coordinate(y), coordinate(z), p);
                        double inside = Math.clamp(0.5 - depth(p[0], p[1], p[2]) / soft, 0, 1);
                        double value = BASE + background(x, y, z) + inside * brightness + noise * nearlyGaussian();
                        voxels[at++] = (byte) Math.clamp(Math.round(value), 0, 255);
                    }
                }
            }
        }

        private double coordinate(int i) {
            return (2 * i + 1.0) / edge - 1;
        }

        /** Turns a point of the volume into the solid's own axes. */
        private void toSolid(double x, double y, double z, double[] out) {
            double dx = x - centre[0];
            double dy = y - centre[1];
            double dz = z - centre[2];
            for (int d = 0; d < 3; d++) {
                out[d] = rotation[3 * d] * dx + rotation[3 * d + 1] * dy + rotation[3 * d + 2] * dz;
            }
        }

        /** Returns approximately the distance to the solid's surface, negative inside. */
        private double depth(double x, double y, double z) {
            double a = radius[0];
            double b = radius[1];
            double c = radius[2];
            double mean = (a + b + c) / 3;
            double ball = (Math.sqrt(square(x / a) + square(y / b) + square(z / c)) - 1) * mean;
            return switch (kind) {
                case 0 -> ball;
                case 1 -> box(x, y, z, 0.8 * a, 0.8 * b, 0.8 * c);
                case 2 -> {
                    double ring = (Math.sqrt(square(x / a) + square(y / b)) - 0.75) * mean;
                    yield Math.sqrt(square(ring) + square(z)) - thickness * mean;
                }
                case 3 -> Math.max(ball, -(ball + thickness * mean));
                case CROSS -> {
                    double arm = thickness * mean;
                    yield Math.min(
                            box(x, y, z, 1.1 * a, arm, arm),
                            Math.min(box(x, y, z, arm, 1.1 * b, arm), box(x, y, z, arm, arm, 1.1 * c)));
                }
                default -> throw new IllegalStateException("kind " + kind);
            };
        }

        private static double box(double x, double y, double z, double a, double b, double c) {
            return Math.max(Math.abs(x) - a, Math.max(Math.abs(y) - b, Math.abs(z) - c));
        }

        private static double square(double value) {
            return value * value;
        }

        /** Interpolates linearly in all three axes between the knots. */
        private double background(int x, int y, int z) {
            double scale = (KNOTS - 1.0) / edge;
            double value = 0;
            for (int corner = 0; corner < 8; corner++) {
                double weight = 1;
                int knot = 0;
                for (int d = 0; d < 3; d++) {
                    double position = (d == 0 ? x : d == 1 ? y : z) * scale;
                    int low = (int) position;
                    int high = corner >> d & 1;
                    weight *= high == 1 ? position - low : 1 - (position - low);
                    knot = knot * KNOTS + low + high;
                }
                value += weight * background[knot];
            }
            return value;
        }

        /** Returns a value of mean 0 and deviation 1: the sum of the four bytes of one random word. */
        private double nearlyGaussian() {
            int word = random.nextInt();
            int sum = (word & 0xFF) + (word >>> 8 & 0xFF) + (word >>> 16 & 0xFF) + (word >>> 24);
            return (sum - 510) / BYTES_DEVIATION;
        }

        /** Returns a uniformly random rotation, from a random unit quaternion; 3×3, row by row. */
        private static double[] randomRotation(RandomStream random) {
            double w = random.nextGaussian();
            double x = random.nextGaussian();
            double y = random.nextGaussian();
            double z = random.nextGaussian();
            double s = 2 / (w * w + x * x + y * y + z * z);
            return new double[] {
                1 - s * (y * y + z * z),
                s * (x * y - w * z),
                s * (x * z + w * y),
                s * (x * y + w * z),
                1 - s * (x * x + z * z),
                s * (y * z - w * x),
                s * (x * z - w * y),
                s * (y * z + w * x),
                1 - s * (x * x + y * y)
            };
        }
    }
}
