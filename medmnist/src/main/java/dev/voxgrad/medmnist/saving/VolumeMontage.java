package dev.voxgrad.medmnist.saving;

import java.util.Arrays;

import dev.voxgrad.engine.random.RandomPurpose;
import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.io.DataException;
import dev.voxgrad.medmnist.picture.GifAnimation;
import dev.voxgrad.medmnist.picture.Picture;

/**
 * Shows many volumes of a split next to each other, chosen at random without repetition, as MedMNIST's {@code montage}
 * does. Where a split has fewer volumes than the grid has places, all are shown in the smallest grid that holds them.
 */
public final class VolumeMontage {
    private static final int PURPOSE = RandomPurpose.named("montage", 0);

    private final Split split;
    private final VolumeShape shape;
    private final int length;
    private final int[] chosen;

    /**
     * Chooses the volumes.
     *
     * @param length volumes along each edge of the grid, at most
     */
    public VolumeMontage(Split split, int length, long seed) {
        this.split = split;
        this.shape = split.shape();
        this.length = Math.min(length, (int) Math.ceil(Math.sqrt(split.size())));
        int[] order = new RandomStream(seed, 0, 0, PURPOSE).permutation(split.size());
        this.chosen = Arrays.copyOf(order, Math.min(order.length, this.length * this.length));
    }

    /** Returns the number of volumes shown. */
    public int count() {
        return chosen.length;
    }

    /** Returns the volumes along each edge of the grid. */
    public int length() {
        return length;
    }

    /**
     * Returns an animation through the planes across X, as the bytes of a GIF file.
     *
     * @throws DataException if volumes have more than one channel
     */
    public byte[] gif() {
        if (shape.channels() != 1) {
            throw new DataException(split.name() + ": volumes have " + shape.channels()
                    + " channels, which a GIF here cannot show; choose a name that ends with .png");
        }
        int width = length * shape.z();
        int height = length * shape.y();
        GifAnimation animation = new GifAnimation(width, height, VolumeSaver.FRAME_MILLIS);
        for (int x = 0; x < shape.x(); x++) {
            animation.add(frame(x, width, height));
        }
        return animation.encode();
    }

    private byte[] frame(int x, int width, int height) {
        byte[] frame = new byte[width * height];
        for (int i = 0; i < chosen.length; i++) {
            byte[] plane = split.plane(chosen[i], x);
            for (int y = 0; y < shape.y(); y++) {
                int to = (i / length * shape.y() + y) * width + i % length * shape.z();
                System.arraycopy(plane, y * shape.z(), frame, to, shape.z());
            }
        }
        return frame;
    }

    /**
     * Returns a picture of the middle planes across X.
     *
     * @throws DataException if volumes have neither one nor three channels
     */
    public Picture picture() {
        if (shape.channels() != 1 && shape.channels() != 3) {
            throw new DataException(split.name() + ": volumes have " + shape.channels()
                    + " channels; a picture shows 1 or 3. Look at single ones with 'medmnist show'");
        }
        Picture picture = new Picture(length * shape.z(), length * shape.y(), shape.channels(), 0);
        for (int i = 0; i < chosen.length; i++) {
            Planes.draw(
                    split.plane(chosen[i], shape.x() / 2),
                    shape,
                    picture,
                    i % length * shape.z(),
                    i / length * shape.y());
        }
        return picture;
    }
}
