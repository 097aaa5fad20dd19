package dev.voxgrad.engine.cuda.driver;

import java.util.ArrayList;
import java.util.List;

import jcuda.NativePointerObject;
import jcuda.Pointer;

/** The arguments of one launch, in order; their types must be the kernel's. The driver copies them when it launches. */
public final class KernelArguments {
    private final List<Pointer> values = new ArrayList<>();

    /** An address. */
    public KernelArguments add(DeviceBuffer buffer) {
        values.add(Pointer.to(buffer.pointer()));
        return this;
    }

    /** One or more ints: a number, or a struct of nothing else. */
    public KernelArguments i32(int... numbers) {
        values.add(Pointer.to(numbers));
        return this;
    }

    /** One or more {@code long long}s: a number, or a struct of nothing else. */
    public KernelArguments i64(long... numbers) {
        values.add(Pointer.to(numbers));
        return this;
    }

    public KernelArguments f32(float number) {
        values.add(Pointer.to(new float[] {number}));
        return this;
    }

    public KernelArguments f64(double number) {
        values.add(Pointer.to(new double[] {number}));
        return this;
    }

    Pointer pointer() {
        return Pointer.to(values.toArray(NativePointerObject[]::new));
    }
}
