package dev.voxgrad.engine.op.conv3d.cpu.pointwise;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;
import dev.voxgrad.engine.op.conv3d.cpu.VoxelReader;
import dev.voxgrad.engine.op.conv3d.cpu.VoxelWriter;

/**
 * Computes the gradients of a pointwise convolution in one pass over the output voxels.
 *
 * <p>With many voxels for each weight, they are divided into parts, each with weight sums of its own. Otherwise adding
 * up the parts would take longer than what they save: then all threads read some megabytes of voxels (a slab) and
 * compute their input gradients, and after that each thread sums up other weights over the whole slab.
 */
final class PointwiseBackward {
    /** Maximum number of parts. */
    private static final int PARTS = 32;
    /** With fewer parts, threads would be idle. */
    private static final int LEAST_PARTS = 16;
    /** Minimum number of voxels for each part: adding up the parts then takes some hundredths of the time. */
    private static final int VOXELS_PER_PART = 640;
    /** Maximum of floats in all parts' sums: 16 MiB. */
    private static final int PRIVATE = 4 * 1024 * 1024;
    /** Desired number of tasks that sum up the weights over a slab. */
    private static final int TASKS = 64;
    /** Maximum number of blocks of input channels of such a task; an output gradient is copied once for all of them. */
    private static final int INPUT_BLOCKS = 4;

    private final CpuDevice device;
    private final Conv3dGeometry g;
    private final VoxelRuns runs;
    private final int slab;
    private final int inputVoxel;
    private final int outputVoxel;
    private final VoxelReader dy;
    private final @Nullable PointwiseProduct product;
    private final @Nullable VoxelWriter dx;

    /**
     * Creates the computation.
     *
     * @param product computes dy·W; null if {@code dx} is
     * @param dx receives an input voxel's gradient for each output voxel; null if it is not required
     */
    PointwiseBackward(
            CpuDevice device,
            TiledPointwiseConv3d sizes,
            VoxelRuns runs,
            VoxelReader dy,
            @Nullable PointwiseProduct product,
            @Nullable VoxelWriter dx) {
        this.device = device;
        this.g = sizes.geometry();
        this.runs = runs;
        this.slab = sizes.slab();
        this.inputVoxel = sizes.inputVoxel();
        this.outputVoxel = sizes.outputLayout().voxel();
        this.dy = dy;
        this.product = product;
        this.dx = dx;
    }

    /** Returns the number of parts with weight sums of their own, or 0 if slabs are better. */
    private static int parts(Conv3dGeometry g, VoxelRuns runs) {
        int voxels = g.batch() * g.output().product();
        long fitting = Math.min(PRIVATE / PointwiseWeightSums.size(g), voxels / VOXELS_PER_PART);
        int parts = (int) Math.min(Math.min(PARTS, runs.count()), fitting);
        return parts < LEAST_PARTS ? 0 : parts;
    }

    /** Returns how many tasks call the writer. */
    static int tasks(Conv3dGeometry g, VoxelRuns runs) {
        return Math.max(runs.tasks(), parts(g, runs));
    }

    /** Computes the input gradient only. */
    void gradInput() {
        device.parallel(runs.tasks(), task -> {
            try (VoxelSource gradients = new VoxelSource(device, dy, outputVoxel, runs.longest())) {
                float[] scratch = borrowScratch();
                for (int run = runs.firstOf(task, runs.tasks()); run < runs.firstOf(task + 1, runs.tasks()); run++) {
                    gradients.moveTo(runs.first(run));
                    gradients.read(runs.first(run), runs.length(run));
                    writeInputGradients(task, run, gradients, scratch);
                }
                giveBack(scratch);
            }
        });
    }

    /**
     * Computes the weight gradient, and the input gradient if there is a writer of it.
     *
     * @param inputs reads an input voxel for each output voxel
     */
    void run(VoxelReader inputs, float[] dw) {
        int parts = parts(g, runs);
        try (PointwiseWeightSums sums = new PointwiseWeightSums(device, g, Math.max(1, parts))) {
            if (parts > 0) {
                device.parallel(parts, part -> addPart(inputs, part, parts, sums));
            } else {
                addSlabs(inputs, sums);
            }
            sums.writeTo(dw);
        }
    }

    // ------------------------------------------------------------------------------------------------- parts

    private void addPart(VoxelReader inputs, int part, int parts, PointwiseWeightSums sums) {
        float[] scratch = borrowScratch();
        try (VoxelSource x = inputSource(inputs, runs.longest());
                VoxelSource gradients = gradientSource(runs.longest())) {
            for (int run = runs.firstOf(part, parts); run < runs.firstOf(part + 1, parts); run++) {
                int first = runs.first(run);
                x.moveTo(first);
                x.read(first, runs.length(run));
                gradients.moveTo(first);
                gradients.read(first, runs.length(run));
                sums.add(part, x, gradients, first, runs.length(run));
                writeInputGradients(part, run, gradients, scratch);
            }
        }
        giveBack(scratch);
    }

    private VoxelSource inputSource(VoxelReader inputs, int most) {
        return new VoxelSource(device, inputs, inputVoxel, most);
    }

    private VoxelSource gradientSource(int most) {
        return new VoxelSource(device, dy, outputVoxel, most);
    }

    private float @Nullable [] borrowScratch() {
        return product == null ? null : product.borrowScratch(runs.longest(), inputVoxel);
    }

    private void giveBack(float @Nullable [] scratch) {
        if (scratch != null) {
            device.giveBack(scratch);
        }
    }

    private void writeInputGradients(int task, int run, VoxelSource gradients, float @Nullable [] scratch) {
        if (dx != null && product != null && scratch != null) {
            product.multiply(gradients, task, runs.first(run), runs.length(run), scratch, inputVoxel, dx);
        }
    }

    // ------------------------------------------------------------------------------------------------- slabs

    private void addSlabs(VoxelReader inputs, PointwiseWeightSums sums) {
        int fitting = slab / (inputVoxel + outputVoxel) / runs.longest();
        int runsPerSlab = Math.clamp(fitting, 1, runs.count());
        int most = runsPerSlab * runs.longest();
        try (VoxelSource x = inputSource(inputs, most);
                VoxelSource gradients = gradientSource(most)) {
            for (int run = 0; run < runs.count(); run += runsPerSlab) {
                int end = Math.min(run + runsPerSlab, runs.count());
                x.moveTo(runs.first(run));
                gradients.moveTo(runs.first(run));
                readSlab(run, end, x, gradients);
                addSlab(runs.first(run), runs.first(end) - runs.first(run), x, gradients, sums);
            }
        }
    }

    private void readSlab(int firstRun, int endRun, VoxelSource x, VoxelSource gradients) {
        int tasks = Math.min(runs.tasks(), endRun - firstRun);
        device.parallel(tasks, task -> {
            float[] scratch = borrowScratch();
            int end = firstRun + (int) ((long) (endRun - firstRun) * (task + 1) / tasks);
            for (int run = firstRun + (int) ((long) (endRun - firstRun) * task / tasks); run < end; run++) {
                x.read(runs.first(run), runs.length(run));
                gradients.read(runs.first(run), runs.length(run));
                writeInputGradients(task, run, gradients, scratch);
            }
            giveBack(scratch);
        });
    }

    private void addSlab(int first, int count, VoxelSource x, VoxelSource gradients, PointwiseWeightSums sums) {
        int blocks = sums.inputBlocks;
        int groups = sums.outputGroups;
        int ranges = Math.ceilDiv(blocks, Math.clamp((long) blocks * groups / TASKS, 1, INPUT_BLOCKS));
        int groupRanges = Math.min(Math.ceilDiv(TASKS, ranges), groups);
        device.parallel(ranges * groupRanges, task -> {
            int range = task / groupRanges;
            int groupRange = task % groupRanges;
            sums.add(
                    0,
                    x,
                    gradients,
                    first,
                    count,
                    blocks * range / ranges,
                    blocks * (range + 1) / ranges,
                    groups * groupRange / groupRanges,
                    groups * (groupRange + 1) / groupRanges);
        });
    }
}
