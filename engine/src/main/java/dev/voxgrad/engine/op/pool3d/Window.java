package dev.voxgrad.engine.op.pool3d;

/** The indices from {@code from} (inclusive) to {@code to} (exclusive) along one axis that a result is made of. */
record Window(int from, int to) {
    /** What the {@code o}-th position of a sliding kernel covers of 0 … size−1. */
    static Window sliding(int o, int kernel, int stride, int padding, int size) {
        int start = o * stride - padding;
        return new Window(Math.max(start, 0), Math.min(start + kernel, size));
    }

    /**
     * The {@code o}-th of {@code bins} nearly equal parts of 0 … size−1. Bins overlap by one where size is not a
     * multiple: from ⌊o·size/bins⌋ to ⌈(o+1)·size/bins⌉.
     */
    static Window bin(int o, int bins, int size) {
        return new Window((int) ((long) o * size / bins), (int) (((o + 1L) * size + bins - 1) / bins));
    }

    /** The bins that index {@code i} of 0 … size−1 lies in: the same rule with the roles exchanged. */
    static Window binsOf(int i, int bins, int size) {
        return bin(i, size, bins);
    }

    int length() {
        return to - from;
    }
}
