package dev.voxgrad.engine.op.conv3d.cpu.pointwise;

import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.cpu.Lanes;
import dev.voxgrad.engine.op.conv3d.cpu.VoxelReader;

/**
 * Holds some of the voxels of a reader in a scratch array, from which kernels take them. Even voxels that are read as
 * they are pass through it: one copy of a run keeps many cache lines on their way from memory at a time, and leaves
 * them aligned; kernels that read a tensor in place wait for each line, which takes longer than the copy.
 */
final class VoxelSource implements AutoCloseable {
    /** Holds the voxels; see {@link #at}. */
    final float[] array;
    /** Floats from one voxel to the next. */
    final int step;

    private final CpuDevice device;
    private final VoxelReader reader;
    private int base;

    /**
     * Creates a source of up to {@code most} voxels at a time.
     *
     * @param step floats for each voxel that the reader writes
     */
    VoxelSource(CpuDevice device, VoxelReader reader, int step, int most) {
        this.device = device;
        this.reader = reader;
        this.step = step;
        this.array = device.borrow(Lanes.ALIGNED_START + (long) most * step);
    }

    /** Reserves the array for the voxels from {@code first} on. */
    void moveTo(int first) {
        base = first;
    }

    /** Reads voxels into the array; several threads may read different ones at the same time. */
    void read(int first, int count) {
        reader.read(first, count, array, at(first));
    }

    /** Returns the index of a voxel in the array. */
    int at(int voxel) {
        return Lanes.ALIGNED_START + (voxel - base) * step;
    }

    /** Returns the borrowed memory. */
    @Override
    public void close() {
        device.giveBack(array);
    }
}
