package dev.voxgrad.engine.op.conv3d.cpu.pointwise;

import java.util.function.IntUnaryOperator;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;

/**
 * Divides the output voxels of a batch, in channels-last order, into runs that are processed while they are in cache,
 * by shape alone.
 *
 * @param count number of runs
 * @param longest number of voxels of the longest run
 * @param start returns a run's first voxel; for {@code count}, the number of all voxels
 */
record VoxelRuns(int count, int longest, IntUnaryOperator start) {
    /** Maximum number of tasks that process the runs, so that no thread idles long at the end. */
    private static final int TASKS = 64;

    /**
     * Returns runs of equal length.
     *
     * @param multiple the length is a multiple of it
     * @param floats floats of scratch memory for each voxel
     * @param budget floats of scratch memory for one run
     * @param most maximum length, if the multiple is less
     */
    static VoxelRuns even(Conv3dGeometry g, int multiple, int floats, int budget, int most) {
        int voxels = g.batch() * g.output().product();
        int fitting = Math.min(budget / floats, most);
        int forAllThreads = Math.ceilDiv(voxels, TASKS);
        int length = Math.max(1, Math.min(fitting, forAllThreads) / multiple) * multiple;
        return new VoxelRuns(
                Math.ceilDiv(voxels, length), Math.min(length, voxels), i -> (int) Math.min((long) i * length, voxels));
    }

    /** Returns runs of two planes of a sample, starting with an even one; the last may be one plane. */
    static VoxelRuns planePairs(Conv3dGeometry g) {
        Dims3 size = g.output();
        int plane = size.h() * size.w();
        int pairs = Math.ceilDiv(size.d(), 2);
        return new VoxelRuns(
                g.batch() * pairs, Math.min(2, size.d()) * plane, i -> (i / pairs * size.d() + i % pairs * 2) * plane);
    }

    /** Returns the number of tasks that process the runs. */
    int tasks() {
        return Math.min(count, TASKS);
    }

    /** Returns the first run of a task of {@code tasks}. */
    int firstOf(int task, int tasks) {
        return (int) ((long) count * task / tasks);
    }

    /** Returns the first voxel of run {@code i}. */
    int first(int i) {
        return start.applyAsInt(i);
    }

    /** Returns the number of voxels of run {@code i}. */
    int length(int i) {
        return first(i + 1) - first(i);
    }
}
