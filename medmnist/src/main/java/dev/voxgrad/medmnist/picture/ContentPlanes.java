package dev.voxgrad.medmnist.picture;

import java.util.Arrays;

import dev.voxgrad.medmnist.data.VolumeShape;

/**
 * Chooses planes that cut through what a volume shows, and not through a blank middle.
 *
 * <p>The content of a voxel is the difference of its value from the background, which is the median of the voxels on
 * the volume's faces. Along an axis, the planes are those up to which a quarter, half and three quarters of the whole
 * content add up. Content of less than a tenth of the largest is noise, and does not count. A volume without content
 * is cut at a quarter, half and three quarters of its length.
 */
public final class ContentPlanes {
    private static final double NOISE = 0.1;

    private final double[][] content;

    /**
     * Measures the content of a volume.
     *
     * @param volume (C,X,Y,Z) of that shape; the content of a voxel is summed over its channels
     */
    public ContentPlanes(float[] volume, VolumeShape shape) {
        this.content = new double[][] {new double[shape.x()], new double[shape.y()], new double[shape.z()]};
        for (int channel = 0; channel < shape.channels(); channel++) {
            add(volume, channel * shape.voxels(), shape);
        }
    }

    private void add(float[] volume, int from, VolumeShape shape) {
        float background = background(volume, from, shape);
        float largest = 0;
        for (int i = from; i < from + shape.voxels(); i++) {
            largest = Math.max(largest, Math.abs(volume[i] - background));
        }
        int i = from;
        for (int x = 0; x < shape.x(); x++) {
            for (int y = 0; y < shape.y(); y++) {
                for (int z = 0; z < shape.z(); z++) {
                    double difference = Math.abs(volume[i++] - background);
                    if (difference > NOISE * largest) {
                        content[0][x] += difference;
                        content[1][y] += difference;
                        content[2][z] += difference;
                    }
                }
            }
        }
    }

    /** Returns the median of the values on the six faces. */
    private static float background(float[] volume, int from, VolumeShape shape) {
        float[] faces = new float[shape.voxels()];
        int count = 0;
        int i = from;
        for (int x = 0; x < shape.x(); x++) {
            for (int y = 0; y < shape.y(); y++) {
                for (int z = 0; z < shape.z(); z++) {
                    float value = volume[i++];
                    if (isEnd(x, shape.x()) || isEnd(y, shape.y()) || isEnd(z, shape.z())) {
                        faces[count++] = value;
                    }
                }
            }
        }
        Arrays.sort(faces, 0, count);
        return faces[count / 2];
    }

    private static boolean isEnd(int at, int length) {
        return at == 0 || at == length - 1;
    }

    /**
     * Returns planes across an axis, in order; several can be the same if the object is thin.
     *
     * @param axis 0 (X), 1 (Y) or 2 (Z)
     * @param count how many planes divide the content into equal parts
     */
    public int[] across(int axis, int count) {
        double[] along = content[axis];
        double total = Arrays.stream(along).sum();
        int[] planes = new int[count];
        for (int plane = 0; plane < count; plane++) {
            double share = (plane + 1.0) / (count + 1);
            planes[plane] = total == 0 ? (int) (along.length * share) : planeAt(along, total * share);
        }
        return planes;
    }

    /** Returns the plane at which the sum over all planes up to it reaches an amount. */
    private static int planeAt(double[] along, double amount) {
        double sum = 0;
        for (int i = 0; i < along.length; i++) {
            sum += along[i];
            if (sum >= amount) {
                return i;
            }
        }
        return along.length - 1;
    }
}
