package dev.voxgrad.engine.device;

import java.util.List;

import dev.voxgrad.engine.Layout;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.cuda.cudnn.TensorShape;
import dev.voxgrad.engine.cuda.driver.DeviceBuffer;
import dev.voxgrad.engine.device.cuda.ElementType;

/** Stores values in a GPU's memory. */
public final class CudaStorage extends Storage {
    private final DeviceBuffer buffer;
    private final int elements;
    private final ElementType type;

    /** Wraps the first {@code elements} values of that type in a buffer. */
    public CudaStorage(DeviceBuffer buffer, int elements, ElementType type) {
        this.buffer = buffer;
        this.elements = elements;
        this.type = type;
    }

    /** Returns the memory. */
    public DeviceBuffer buffer() {
        return buffer;
    }

    @Override
    public int elements() {
        return elements;
    }

    /** Returns the type of each value. */
    public ElementType type() {
        return type;
    }

    /** Returns the storage of a tensor on a CUDA device. */
    public static CudaStorage of(Tensor tensor) {
        return (CudaStorage) tensor.storage();
    }

    /**
     * Returns the shape that cuDNN receives for (N,C,D,H,W) in the device's activation layout, or for (N,C): volumes of
     * one voxel.
     *
     * @param type of the values that cuDNN receives
     */
    public static TensorShape shape(Tensor tensor, ElementType type) {
        Shape shape = tensor.shape();
        boolean volumes = shape.rank() == 5;
        List<Integer> sizes = volumes
                ? List.of(shape.dim(0), shape.dim(1), shape.dim(2), shape.dim(3), shape.dim(4))
                : List.of(shape.dim(0), shape.dim(1), 1, 1, 1);
        return new TensorShape(
                sizes,
                volumes && tensor.device().activationLayout() == Layout.CHANNELS_LAST,
                type == ElementType.BFLOAT16);
    }
}
