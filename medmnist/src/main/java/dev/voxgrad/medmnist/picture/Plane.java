package dev.voxgrad.medmnist.picture;

import dev.voxgrad.medmnist.data.VolumeShape;

/**
 * Represents a plane of a volume, in which the first of the two remaining axes runs downwards and the other one to the
 * right.
 *
 * @param axis the axis that it is across: 0 (X), 1 (Y) or 2 (Z)
 * @param at its position on that axis
 */
record Plane(VolumeShape shape, int axis, int at) {
    private int down() {
        return axis == 0 ? 1 : 0;
    }

    private int right() {
        return axis == 2 ? 1 : 2;
    }

    /** Returns the number of voxels to the right. */
    int width() {
        return shape.size(right());
    }

    /** Returns the number of voxels downwards. */
    int height() {
        return shape.size(down());
    }

    /** Returns the number of a voxel in (X,Y,Z). */
    int voxel(int column, int row) {
        int[] strides = {shape.y() * shape.z(), shape.z(), 1};
        return at * strides[axis] + row * strides[down()] + column * strides[right()];
    }

    /** Returns the axis and the position: {@code X=12}. */
    String caption() {
        return "XYZ".charAt(axis) + "=" + at;
    }

    /** Paints the voxels of a plane. */
    @FunctionalInterface
    interface Paint {
        /** Returns the level of a channel of a voxel, 0 to 255. */
        int level(int voxel, int channel);
    }

    /** Draws the plane from a top left corner, each voxel as a square of {@code zoom} pixels. */
    void draw(Picture picture, int left, int top, int zoom, int channels, Paint paint) {
        for (int row = 0; row < height(); row++) {
            for (int column = 0; column < width(); column++) {
                int voxel = voxel(column, row);
                for (int channel = 0; channel < channels; channel++) {
                    int level = paint.level(voxel, channel);
                    for (int pixel = 0; pixel < zoom * zoom; pixel++) {
                        picture.set(
                                left + column * zoom + pixel % zoom, top + row * zoom + pixel / zoom, channel, level);
                    }
                }
            }
        }
    }
}
