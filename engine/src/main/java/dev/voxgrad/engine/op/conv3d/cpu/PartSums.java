package dev.voxgrad.engine.op.conv3d.cpu;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.cpu.Lanes;

/**
 * Adds up what the parts of a computation sum up in arrays of their own, in the order of the parts: the result does not
 * depend on which thread processes which part, or when it is done.
 *
 * <p>A part's array is added to the total and reused as soon as the parts before it have been added. So as many arrays
 * are in use as there are threads, or a few more, and not one for each part. Values start at
 * {@link Lanes#ALIGNED_START}. Thread-safe.
 */
public final class PartSums implements AutoCloseable {
    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final int L = Lanes.COUNT;
    private static final int START = Lanes.ALIGNED_START;
    /** Floats that a thread sets to zero at a time. */
    private static final int CHUNK = 1 << 18;

    private final CpuDevice device;
    private final int length;
    private final float[] @Nullable [] waiting;
    private int next;
    private boolean adding;
    private float @Nullable [] total;

    /**
     * Creates sums of that many values.
     *
     * @param length the number of values, a multiple of {@link Lanes#COUNT}
     */
    public PartSums(CpuDevice device, int parts, int length) {
        if (length % L != 0) {
            throw new IllegalArgumentException("sums: " + length + " values, not a multiple of " + L);
        }
        this.device = device;
        this.length = length;
        this.waiting = new float[parts][];
    }

    /** Returns an array for the sums of one part, all zero. */
    public float[] open() {
        float[] sums = device.borrow((long) START + length);
        device.parallel(Math.ceilDiv(length, CHUNK), i -> {
            int from = START + i * CHUNK;
            Arrays.fill(sums, from, Math.min(START + length, from + CHUNK), 0);
        });
        return sums;
    }

    /** Takes back the array of a part that is complete. */
    public void add(int part, float[] sums) {
        synchronized (this) {
            waiting[part] = sums;
            if (adding) {
                return; // the thread that is adding sees it
            }
            adding = true;
        }
        for (float[] first = poll(); first != null; first = poll()) {
            if (total == null) {
                total = first;
            } else {
                addToTotal(total, first);
                device.giveBack(first);
            }
        }
    }

    /** Returns the next part to be added, or null if it is not complete yet. */
    private synchronized float @Nullable [] poll() {
        float[] sums = next < waiting.length ? waiting[next] : null;
        if (sums == null) {
            adding = false;
        } else {
            waiting[next++] = null;
        }
        return sums;
    }

    private void addToTotal(float[] to, float[] sums) {
        for (int i = START; i < START + length; i += L) {
            FloatVector.fromArray(S, to, i)
                    .add(FloatVector.fromArray(S, sums, i))
                    .intoArray(to, i);
        }
    }

    /**
     * Returns the sums over all parts, until this is closed.
     *
     * @throws IllegalStateException if a part is missing
     */
    public synchronized float[] total() {
        if (total == null || next < waiting.length) {
            throw new IllegalStateException("sums: part " + next + " of " + waiting.length + " is missing");
        }
        return total;
    }

    /** Gives the sums back. */
    @Override
    public void close() {
        if (total != null) {
            device.giveBack(total);
            total = null;
        }
    }
}
