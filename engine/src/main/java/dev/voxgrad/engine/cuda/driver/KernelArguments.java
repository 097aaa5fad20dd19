package dev.voxgrad.engine.cuda.driver;

import java.util.ArrayList;
import java.util.List;

import jcuda.NativePointerObject;
import jcuda.Pointer;

/**
 * Holds the arguments of one launch, in order; their types must match the kernel's. The driver copies them at launch.
 */
public final class KernelArguments {
    private final List<Pointer> values = new ArrayList<>();

    /** Adds an address. */
    public KernelArguments add(DeviceBuffer buffer) {
        values.add(Pointer.to(buffer.pointer()));
        return this;
    }

    /** Adds one or more ints: a scalar, or a struct that contains only ints. */
    public KernelArguments i32(int... numbers) {
        values.add(Pointer.to(numbers));
        return this;
    }

    /** Adds one or more {@code long long}s: a scalar, or a struct that contains only those. */
    public KernelArguments i64(long... numbers) {
        values.add(Pointer.to(numbers));
        return this;
    }

    /** Adds a float. */
    public KernelArguments f32(float number) {
        values.add(Pointer.to(new float[] {number}));
        return this;
    }

    /** Adds a double. */
    public KernelArguments f64(double number) {
        values.add(Pointer.to(new double[] {number}));
        return this;
    }

    Pointer pointer() {
        return Pointer.to(values.toArray(NativePointerObject[]::new));
    }
}
