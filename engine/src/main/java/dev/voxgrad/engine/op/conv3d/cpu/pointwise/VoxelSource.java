package dev.voxgrad.engine.op.conv3d.cpu.pointwise;

import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.cpu.Lanes;
import dev.voxgrad.engine.op.conv3d.cpu.VoxelArray;
import dev.voxgrad.engine.op.conv3d.cpu.VoxelReader;

/**
 * Provides voxels in an array: the tensor's own, if they are read as they are, or else a scratch array that holds some
 * of them.
 */
final class VoxelSource implements AutoCloseable {
    /** Holds the voxels; see {@link #at}. */
    final float[] array;
    /** Floats from one voxel to the next. */
    final int step;

    private final CpuDevice device;
    private final VoxelReader reader;
    private final boolean direct;
    private int base;

    /**
     * Creates a source of up to {@code most} voxels at a time.
     *
     * @param stride floats for each voxel that the reader writes
     * @param multiple what the number of channels must be a multiple of, unless voxels are copied and padded
     */
    VoxelSource(CpuDevice device, VoxelReader reader, int stride, int most, int multiple) {
        this.device = device;
        this.reader = reader;
        this.direct = isDirect(reader, multiple);
        if (reader instanceof VoxelArray tensor && direct) {
            this.array = tensor.values();
            this.step = tensor.channels();
        } else {
            this.array = device.borrow(Lanes.ALIGNED_START + (long) most * stride);
            this.step = stride;
        }
    }

    /** Returns whether kernels can read the voxels where they are. */
    static boolean isDirect(VoxelReader reader, int multiple) {
        return reader instanceof VoxelArray tensor && tensor.channels() % multiple == 0;
    }

    /** Reserves the scratch array for the voxels from {@code first} on. */
    void moveTo(int first) {
        base = direct ? 0 : first;
    }

    /** Reads voxels into the scratch array, if there is one; several threads may read at the same time. */
    void read(int first, int count) {
        if (!direct) {
            reader.read(first, count, array, at(first));
        }
    }

    /** Returns the index of a voxel in the array. */
    int at(int voxel) {
        return (direct ? 0 : Lanes.ALIGNED_START) + (voxel - base) * step;
    }

    /** Returns the borrowed memory. */
    @Override
    public void close() {
        if (!direct) {
            device.giveBack(array);
        }
    }
}
