package dev.voxgrad.nn;

/** Counts something that is saved with the weights, as an int64 scalar like PyTorch's. */
public final class Counter {
    private long value;

    public long value() {
        return value;
    }

    public void set(long newValue) {
        value = newValue;
    }

    public void increment() {
        value++;
    }
}
