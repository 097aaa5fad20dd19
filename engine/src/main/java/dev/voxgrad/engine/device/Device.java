package dev.voxgrad.engine.device;

import dev.voxgrad.engine.Layout;
import dev.voxgrad.engine.trace.TraceSource;

/**
 * Where tensors live and operations run. Sealed, since each operation's folder holds one kernel class per device
 * and a {@code switch} over devices picks it: the compiler names every place that a new device needs.
 */
public sealed interface Device extends TraceSource permits CpuDevice, CudaDevice, ReferenceDevice {
    /** As the command line spells it. */
    String name();

    /** One line for a person: what it is and how it is set up. */
    String description();

    /** The order in which five-dimensional activations are kept here. */
    Layout activationLayout();

    /** Who chooses how convolutions are computed here. */
    ConvolutionMode convolution();

    /**
     * True if layers that follow one another may be run as one operation here: faster, and equal to the layers one by
     * one but for rounding.
     */
    boolean fusion();

    /** Memory for that many numbers; its contents are unspecified. */
    Storage allocate(int elements);

    /** Memory for that many numbers of an activation, which a device may keep less exactly than others. */
    default Storage allocateActivation(int elements) {
        return allocate(elements);
    }

    /** Memory for that many numbers of the kind that another storage holds. */
    default Storage allocateLike(Storage like, int elements) {
        return allocate(elements);
    }

    /** Takes memory back once {@code holder} is garbage; where memory is the host's own, nothing needs be done. */
    default void leaveToCollector(Object holder, Storage storage) {}

    /**
     * Does something on the host that belongs to a step, such as counting it: now, and, where the step is being
     * recorded, at each replay instead.
     */
    default void hostEffect(Runnable effect) {
        effect.run();
    }

    /** Takes memory back; the caller holds no further reference to it. */
    void free(Storage storage);

    /** Copies host numbers into a storage, and counts that ({@link Storage#written}). */
    void write(float[] from, Storage to);

    /** Copies host numbers into a storage, rounded to the device's precision, and counts that. */
    void write(double[] from, Storage to);

    /** Copies a storage's numbers out, rounded to float32. */
    void read(Storage from, float[] to);

    /** Copies a storage's numbers out. */
    void read(Storage from, double[] to);

    /** Sets every number of a storage, and counts that. */
    void fill(Storage storage, double value);
}
