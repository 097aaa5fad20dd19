package dev.voxgrad.engine.op.pool3d;

/**
 * Represents the indices along one axis that a result is computed from.
 *
 * @param from the first index
 * @param to the index after the last one
 */
record Window(int from, int to) {
    /** Returns the part of 0 … size−1 that the {@code o}-th position of a sliding kernel covers. */
    static Window sliding(int o, int kernel, int stride, int padding, int size) {
        int start = o * stride - padding;
        return new Window(Math.max(start, 0), Math.min(start + kernel, size));
    }

    /**
     * Returns the {@code o}-th of {@code bins} nearly equal parts of 0 … size−1, from ⌊o·size/bins⌋ to
     * ⌈(o+1)·size/bins⌉. Bins overlap by one index if size is not a multiple of their number.
     */
    static Window bin(int o, int bins, int size) {
        return new Window((int) ((long) o * size / bins), (int) (((o + 1L) * size + bins - 1) / bins));
    }

    /** Returns the bins that contain index {@code i} of 0 … size−1: the same rule with the roles exchanged. */
    static Window binsOf(int i, int bins, int size) {
        return bin(i, size, bins);
    }

    int length() {
        return to - from;
    }
}
