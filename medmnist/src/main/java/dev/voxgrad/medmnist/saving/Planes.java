package dev.voxgrad.medmnist.saving;

import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.picture.Picture;

/** Draws planes across X, in which Y runs downwards and Z to the right, a pixel for each voxel. */
final class Planes {
    private Planes() {}

    /** Returns a plane (Y, Z, C) of volumes of 1 or 3 channels as a picture. */
    static Picture picture(byte[] plane, VolumeShape shape) {
        Picture picture = new Picture(shape.z(), shape.y(), shape.channels(), 0);
        draw(plane, shape, picture, 0, 0);
        return picture;
    }

    /** Draws a plane at a place in a picture. */
    static void draw(byte[] plane, VolumeShape shape, Picture picture, int left, int top) {
        int at = 0;
        for (int y = 0; y < shape.y(); y++) {
            for (int z = 0; z < shape.z(); z++) {
                for (int channel = 0; channel < shape.channels(); channel++) {
                    picture.set(left + z, top + y, channel, plane[at++] & 0xFF);
                }
            }
        }
    }
}
