package dev.voxgrad.bench.peers;

import java.lang.management.ManagementFactory;

import com.sun.management.OperatingSystemMXBean;

import dev.voxgrad.bench.step.StepCase;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.io.DataException;
import dev.voxgrad.medmnist.nets.NetSummary;

/**
 * Chooses the number of volumes in a batch such that every engine can train on this machine.
 *
 * <p>The rule counts the outputs of all layers, which libtorch keeps for the backward pass. The rest of the memory is
 * for gradients, the scratch memory of the widest layers, parameters with their state, and other processes.
 */
final class BatchRule {
    static final int BATCH = 32;
    static final String DESCRIPTION =
            BATCH + ", halved until the outputs of all layers in float32 take at most two thirds of this machine's "
                    + "memory";

    private static final int SMALL_EDGE = 8;

    private BatchRule() {}

    /** Returns the memory of this machine, or of the container in which this process runs, in bytes. */
    static long machineBytes() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getTotalMemorySize();
    }

    /** Returns the case with the batch that the rule gives for this machine. */
    static StepCase onThisMachine(StepCase work) {
        return choose(work, machineBytes());
    }

    /** Returns the case with the batch that the rule gives for a machine with that much memory; at least one volume. */
    static StepCase choose(StepCase work, long machineBytes) {
        long bytes = bytesPerVolume(work);
        int batch = BATCH;
        while (batch > 1 && (batch * bytes > machineBytes / 3 * 2 || !fits(work, batch))) {
            batch /= 2;
        }
        return new StepCase(work.net(), work.channels(), work.size(), batch);
    }

    private static boolean fits(StepCase work, int batch) {
        try {
            work.net().requireFits(batch, work.volume());
            return true;
        } catch (DataException e) {
            return false;
        }
    }

    /**
     * Returns the size of the outputs of all layers for one volume. It is estimated from a smaller volume, through
     * which a large net runs in a moment: sizes are in proportion to the number of voxels.
     */
    static long bytesPerVolume(StepCase work) {
        int edge = Math.min(work.size(), Math.max(SMALL_EDGE, work.net().smallestEdge()));
        VolumeShape small = new VolumeShape(work.channels(), edge);
        long bytes = NetSummary.of(work.net(), small, StepCase.CLASSES).rows().stream()
                .mapToLong(row -> (long) Float.BYTES * row.output().elements())
                .sum();
        return Math.round(bytes * Math.pow((double) work.size() / edge, 3));
    }
}
