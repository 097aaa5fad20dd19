package dev.voxgrad.engine.op.convblock.cpu;

/**
 * Joins the voxels that the tasks of a convolution write one after the other to longer runs, so that what is summed up
 * over them while they are in cache is summed up for many voxels at a time. How they are joined depends on the order of
 * each task's writes alone.
 */
final class VoxelRuns {
    /** Number of values after which a run ends, so that it is still in the second-level cache. */
    private static final int LONGEST = 8 * 1024;

    private final Sums sums;
    private final int longest;
    private final int[] starts;
    private final int[] ends;

    /** Adds voxels {@code first} … {@code first + count − 1} to the sums of a task. */
    @FunctionalInterface
    interface Sums {
        void add(int task, int first, int count);
    }

    VoxelRuns(int tasks, int channels, Sums sums) {
        this.sums = sums;
        this.longest = Math.max(1, LONGEST / channels);
        this.starts = new int[tasks];
        this.ends = new int[tasks];
    }

    /** Notes that a task has written these voxels. */
    void written(int task, int first, int count) {
        if (first != ends[task] || ends[task] - starts[task] >= longest) {
            finish(task);
            starts[task] = first;
        }
        ends[task] = first + count;
    }

    /** Adds what is left, when all tasks are done. */
    void finish() {
        for (int task = 0; task < starts.length; task++) {
            finish(task);
            starts[task] = ends[task];
        }
    }

    private void finish(int task) {
        if (ends[task] > starts[task]) {
            sums.add(task, starts[task], ends[task] - starts[task]);
        }
    }
}
