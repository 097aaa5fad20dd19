package dev.voxgrad.nn;

/** A whole number that is saved with the weights: an int64 scalar in PyTorch. */
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
