package dev.voxgrad.engine.device.cuda;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.cuda.driver.DeviceBuffer;
import dev.voxgrad.engine.cuda.driver.Grid;
import dev.voxgrad.engine.cuda.driver.KernelArguments;
import dev.voxgrad.engine.cuda.nvrtc.CudaSource;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.CudaStorage;

/**
 * Builds and makes one launch of a kernel of our own: its arguments in order, then {@link #over}.
 *
 * <pre>{@code
 * device.kernel(SOURCE, "relu_forward", output).in(input).out(output).i32(elements).over(elements);
 * }</pre>
 *
 * <p>A kernel that exists for both element types is chosen by the type of one tensor. Inputs of the other type are
 * converted first; results must have the kernel's type.
 */
public final class CudaLaunch {
    private final CudaDevice device;
    private final CudaSource source;
    private final String name;
    private final ElementType type;
    private final KernelArguments arguments = new KernelArguments();
    private final List<DeviceBuffer> converted = new ArrayList<>();

    /** Prepares a launch without arguments. */
    public CudaLaunch(CudaDevice device, CudaSource source, String name, ElementType type) {
        this.device = device;
        this.source = source;
        this.name = name;
        this.type = type;
    }

    /** Adds a tensor that is read, in the kernel's type. */
    public CudaLaunch in(Tensor tensor) {
        return read(tensor, type);
    }

    /** Adds a tensor that is read as float32, whatever the kernel's type. */
    public CudaLaunch floats(Tensor tensor) {
        return read(tensor, ElementType.FLOAT32);
    }

    /** Does the same as {@link #floats}; null becomes a null pointer. */
    public CudaLaunch floatsOrNull(@Nullable Tensor tensor) {
        return tensor == null ? i64(0) : floats(tensor);
    }

    private CudaLaunch read(Tensor tensor, ElementType wanted) {
        CudaStorage storage = CudaStorage.of(tensor);
        if (storage.type() == wanted) {
            arguments.add(storage.buffer());
        } else {
            DeviceBuffer other = device.converted(storage, wanted);
            converted.add(other);
            arguments.add(other);
        }
        return this;
    }

    /** Adds a tensor that is written, or read and written, in the kernel's type. */
    public CudaLaunch out(Tensor tensor) {
        return write(tensor, type);
    }

    /** Adds a tensor that is written, or read and written, as float32. */
    public CudaLaunch outFloats(Tensor tensor) {
        return write(tensor, ElementType.FLOAT32);
    }

    private CudaLaunch write(Tensor tensor, ElementType wanted) {
        CudaStorage storage = CudaStorage.of(tensor);
        if (storage.type() != wanted) {
            throw new IllegalStateException(name + ": writes " + wanted + " into a tensor of " + storage.type());
        }
        arguments.add(storage.buffer());
        return this;
    }

    /** Adds a struct of addresses of float32 tensors that are read. */
    public CudaLaunch addresses(Tensor... tensors) {
        long[] addresses = new long[tensors.length];
        for (int i = 0; i < addresses.length; i++) {
            CudaStorage storage = CudaStorage.of(tensors[i]);
            if (storage.type() != ElementType.FLOAT32) {
                throw new IllegalStateException(name + ": a table of " + storage.type() + ", expected float32");
            }
            addresses[i] = storage.buffer().address();
        }
        return i64(addresses);
    }

    /** Adds scratch memory, or a table. */
    public CudaLaunch add(DeviceBuffer buffer) {
        arguments.add(buffer);
        return this;
    }

    /** Adds one or more ints: a scalar, or a struct that contains only ints. */
    public CudaLaunch i32(int... numbers) {
        arguments.i32(numbers);
        return this;
    }

    /** Adds one or more {@code long long}s: a scalar, or a struct that contains only those. */
    public CudaLaunch i64(long... numbers) {
        arguments.i64(numbers);
        return this;
    }

    /** Adds a float. */
    public CudaLaunch f32(float number) {
        arguments.f32(number);
        return this;
    }

    /** Adds a double. */
    public CudaLaunch f64(double number) {
        arguments.f64(number);
        return this;
    }

    /** Launches a thread for each of that many elements. */
    public void over(long elements) {
        on(Grid.of(elements));
    }

    /** Launches over a grid. */
    public void on(Grid grid) {
        device.launch(source, name, grid, arguments);
        converted.forEach(device::giveBack);
    }
}
