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

    /** Borrows memory of the device until {@link #close}. */
    InputGradientSlab(CpuDevice device, Winograd w) {
        this.w = w;
        this.values = device.borrow(Lanes.ALIGNED_START + (long) w.slabPlanes() * w.slabPlane());
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
        device.giveBack(values);
    }
}
