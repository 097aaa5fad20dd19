package dev.voxgrad.engine.device.cuda;

import java.util.ArrayList;
import java.util.List;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.cuda.driver.DeviceBuffer;
import dev.voxgrad.engine.cuda.driver.Grid;
import dev.voxgrad.engine.cuda.driver.KernelArguments;
import dev.voxgrad.engine.cuda.nvrtc.CudaSource;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.CudaStorage;

/**
 * One launch of a kernel of ours: its arguments in order, then {@link #over}.
 *
 * <pre>{@code
 * device.kernel(SOURCE, "relu_forward", output).in(input).out(output).i32(elements).over(elements);
 * }</pre>
 *
 * <p>A kernel that exists for both element types is taken for the type of one tensor. Inputs of the other type are
 * converted on the way in; results must be of the type.
 */
public final class CudaLaunch {
    private final CudaDevice device;
    private final CudaSource source;
    private final String name;
    private final ElementType type;
    private final KernelArguments arguments = new KernelArguments();
    private final List<DeviceBuffer> converted = new ArrayList<>();

    public CudaLaunch(CudaDevice device, CudaSource source, String name, ElementType type) {
        this.device = device;
        this.source = source;
        this.name = name;
        this.type = type;
    }

    /** Numbers that are read, of the kernel's type. */
    public CudaLaunch in(Tensor tensor) {
        return read(tensor, type);
    }

    /** Numbers that are read as float32, whatever the kernel's type. */
    public CudaLaunch floats(Tensor tensor) {
        return read(tensor, ElementType.FLOAT32);
    }

    /** As {@link #floats}; null becomes a null pointer. */
    public CudaLaunch floatsOrNull(Tensor tensor) {
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

    /** Numbers that are written, or read and written, of the kernel's type. */
    public CudaLaunch out(Tensor tensor) {
        return write(tensor, type);
    }

    /** Numbers that are written, or read and written, as float32. */
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

    /** A struct of addresses, each of float32 numbers that are read. */
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

    /** Scratch memory, or a table. */
    public CudaLaunch add(DeviceBuffer buffer) {
        arguments.add(buffer);
        return this;
    }

    /** One or more ints: a number, or a struct of nothing else. */
    public CudaLaunch i32(int... numbers) {
        arguments.i32(numbers);
        return this;
    }

    /** One or more {@code long long}s: a number, or a struct of nothing else. */
    public CudaLaunch i64(long... numbers) {
        arguments.i64(numbers);
        return this;
    }

    public CudaLaunch f32(float number) {
        arguments.f32(number);
        return this;
    }

    public CudaLaunch f64(double number) {
        arguments.f64(number);
        return this;
    }

    /** Launches a thread for each of that many elements. */
    public void over(long elements) {
        on(Grid.of(elements));
    }

    /** Launches. */
    public void on(Grid grid) {
        device.launch(source, name, grid, arguments);
        converted.forEach(device::giveBack);
    }
}
