package dev.voxgrad.engine.op.conv3d.cpu.winograd;

import java.util.Arrays;

import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.cpu.Lanes;
import dev.voxgrad.engine.op.conv3d.cpu.InputGradientWriter;

/**
 * Contains the gradient of the input planes under one group of planes of tiles, the counterpart of {@link InputSlab}:
 * tiles add to it where they overlap, and the two planes that the next group adds to as well are kept for it.
 */
final class InputGradientSlab {
    private final Winograd w;
    final float[] values;
    /** Gradients of one slice, a plane of the slab for each plane of tiles. */
    private final float[] slice;

    private final float[] scratch;

    /** Borrows memory of the device until {@link #close}. */
    InputGradientSlab(CpuDevice device, Winograd w) {
        this.w = w;
        this.values = device.borrow(Lanes.ALIGNED_START + (long) w.slabPlanes() * w.slabPlane());
        this.slice = device.borrow(Lanes.ALIGNED_START + (long) w.group * w.slabPlane());
        this.scratch = device.borrow(w.scratch());
    }

    /**
     * Sets the slab to zero for the next group.
     *
     * @param follows whether that is the group after the last one of the same sample, so that two planes are kept
     */
    void clear(boolean follows) {
        int from = Lanes.ALIGNED_START;
        int shared = 2 * w.slabPlane();
        if (follows) {
            System.arraycopy(values, from + 2 * w.group * w.slabPlane(), values, from, shared);
            from += shared;
        }
        Arrays.fill(values, from, Lanes.ALIGNED_START + w.slabPlanes() * w.slabPlane(), 0);
    }

    /** Starts a slice: sets its planes to zero. */
    void startSlice() {
        Arrays.fill(slice, Lanes.ALIGNED_START, Lanes.ALIGNED_START + w.group * w.slabPlane(), 0);
    }

    /** Adds what some tiles contribute to the slice: {@link TileTransforms#addInputGradients}. */
    void add(TileTransforms transforms, int firstTile, int count, float[] v, int from, int blockStep, int step) {
        transforms.addInputGradients(firstTile, count, v, from, blockStep, step, slice, scratch);
    }

    /** Ends a slice: adds its planes to the slab, for that many planes of tiles. */
    void endSlice(Slice position, int planes) {
        for (int i = 0; i < planes; i++) {
            int first = Lanes.ALIGNED_START + 2 * i * w.slabPlane();
            WinogradTransforms.addPlane(
                    slice,
                    Lanes.ALIGNED_START + i * w.slabPlane(),
                    w.slabPlane(),
                    values,
                    first + position.plane() * w.slabPlane(),
                    1,
                    first + position.other() * w.slabPlane(),
                    position.sign());
        }
    }

    /** Writes the planes that no later group adds to, starting with plane {@code firstPlane} of the slab. */
    void write(InputGradientWriter dx, int task, int sample, int group, int firstPlane) {
        int complete = 2 * w.planes(group);
        int end = group == w.groups() - 1 ? complete + 2 : complete;
        for (int plane = firstPlane; plane < end; plane++) {
            write(w, dx, task, sample, group, plane, values, Lanes.ALIGNED_START);
        }
    }

    /** Passes plane {@code plane} of a group's slab to the writer, if there is such an input plane. */
    static void write(
            Winograd w, InputGradientWriter dx, int task, int sample, int group, int plane, float[] slab, int slab0) {
        int z = 2 * group * w.group + plane - w.padding.d();
        if (z >= 0 && z < w.input.d()) {
            int from = slab0 + plane * w.slabPlane() + w.padding.h() * w.slabRow() + w.padding.w() * w.paddedInputs;
            dx.write(task, sample, z, slab, from, w.slabRow());
        }
    }

    /** Returns the borrowed memory. */
    void close(CpuDevice device) {
        device.giveBack(scratch);
        device.giveBack(slice);
        device.giveBack(values);
    }
}
