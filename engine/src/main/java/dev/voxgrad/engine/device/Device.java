package dev.voxgrad.engine.device;

import java.util.Optional;

import dev.voxgrad.engine.Layout;
import dev.voxgrad.engine.trace.TraceSource;

/**
 * Represents a device that tensors live on and operations run on. It is sealed because each operation's folder contains
 * one kernel class per device, which a {@code switch} over devices selects: the compiler then lists every place that a
 * new device needs.
 */
public sealed interface Device extends TraceSource, AutoCloseable permits CpuDevice, CudaDevice, ReferenceDevice {
    /** Returns the name on the command line. */
    String name();

    /** Describes the device and its settings in one line, for people. */
    String description();

    /**
     * Returns what the last digits of results depend on, in words: {@link #description} without the name, the number of
     * threads, and which of several equal GPUs it is. A run's folder records the description, and a resumed run
     * compares: after a change of this wording, runs of earlier versions warn when they are resumed.
     */
    String arithmetic();

    /** Returns how this GPU is used; empty if this is not a GPU. */
    default Optional<CudaDevice.Settings> gpuSettings() {
        return Optional.empty();
    }

    /** Returns true if the hardware can serve several devices at once, each with a stream and memory of its own. */
    default boolean canSplit() {
        return false;
    }

    /**
     * Opens another device on the same hardware, set up in the same way.
     *
     * @throws UnsupportedOperationException unless {@link #canSplit}
     */
    default Device another() {
        throw new UnsupportedOperationException("device " + name() + ": one device uses all of this hardware");
    }

    /** Returns the order in which this device keeps five-dimensional activations. */
    Layout activationLayout();

    /** Returns who chooses the algorithms of convolutions on this device. */
    ConvolutionMode convolution();

    /**
     * Returns whether consecutive layers may run as one operation on this device: faster, and equal to the separate
     * layers except for rounding.
     */
    boolean fusion();

    /** Allocates memory for that many values; its contents are unspecified. */
    Storage allocate(int elements);

    /**
     * Allocates memory for that many values of an activation, which a device may keep in lower precision than others.
     */
    default Storage allocateActivation(int elements) {
        return allocate(elements);
    }

    /** Allocates memory for that many values of the same type as in another storage. */
    default Storage allocateLike(Storage like, int elements) {
        return allocate(elements);
    }

    /** Frees memory once {@code holder} is garbage; does nothing if the memory is on the Java heap. */
    default void leaveToCollector(Object holder, Storage storage) {}

    /**
     * Runs something on the host that belongs to a step, such as counting it: now, or, while a step is being captured,
     * at each replay instead.
     */
    default void hostEffect(Runnable effect) {
        effect.run();
    }

    /**
     * Prepares a step that will be run many times: here the body runs at each call; a GPU captures it once and replays
     * it. The body must obey the rules of {@link dev.voxgrad.engine.device.cuda.CapturedStep} to run on every device.
     */
    default RepeatedStep repeat(RepeatedStep.Body body) {
        return new EagerStep(true, body);
    }

    /** Prepares a step as {@link #repeat} does, but without tracking gradients: for predictions. */
    default RepeatedStep repeatWithoutGradients(RepeatedStep.Body body) {
        return new EagerStep(false, body);
    }

    /** Frees memory; the caller must not use it afterwards. */
    void free(Storage storage);

    /** Copies values from the host into a storage, and counts the change ({@link Storage#written}). */
    void write(float[] from, Storage to);

    /** Copies values from the host into a storage, rounded to the device's precision, and counts the change. */
    void write(double[] from, Storage to);

    /** Copies a storage's values to the host, rounded to float32. */
    void read(Storage from, float[] to);

    /** Copies a storage's values to the host. */
    void read(Storage from, double[] to);

    /** Sets every value of a storage, and counts the change. */
    void fill(Storage storage, double value);

    /** Releases threads, memory and handles; tensors of this device can no longer be used. */
    @Override
    default void close() {}
}
