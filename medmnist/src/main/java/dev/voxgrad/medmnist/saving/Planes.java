package dev.voxgrad.medmnist.saving;

import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.picture.Picture;

/** Draws planes across X, in which Y runs downwards and Z to the right, a pixel for each voxel. */
final class Planes {
    private Planes() {}

    /** Returns plane {@code x} of a volume (X, Y, Z, C) of 1 or 3 channels. */
    static Picture picture(byte[] volume, VolumeShape shape, int x) {
        Picture picture = new Picture(shape.z(), shape.y(), shape.channels(), 0);
        draw(volume, shape, x, picture, 0, 0);
        return picture;
    }

    /** Draws plane {@code x} of a volume at a place in a picture. */
    static void draw(byte[] volume, VolumeShape shape, int x, Picture picture, int left, int top) {
        int at = x * shape.y() * shape.z() * shape.channels();
        for (int y = 0; y < shape.y(); y++) {
            for (int z = 0; z < shape.z(); z++) {
                for (int channel = 0; channel < shape.channels(); channel++) {
                    picture.set(left + z, top + y, channel, volume[at++] & 0xFF);
                }
            }
        }
    }
}
