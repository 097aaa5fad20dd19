package dev.voxgrad.bench.gpu;

import java.util.EnumMap;
import java.util.Map;

import dev.voxgrad.bench.peers.Spread;
import dev.voxgrad.bench.step.EngineException;
import dev.voxgrad.bench.step.GpuEngine;
import dev.voxgrad.engine.cuda.CudaException;
import dev.voxgrad.engine.cuda.cublas.MatrixProduct;
import dev.voxgrad.engine.cuda.driver.CudaDriver;
import dev.voxgrad.engine.cuda.driver.CudaEvent;
import dev.voxgrad.engine.cuda.driver.CudaStream;
import dev.voxgrad.engine.cuda.driver.DeviceAllocator;
import dev.voxgrad.engine.cuda.driver.DeviceBuffer;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.CudaStorage;
import dev.voxgrad.engine.device.cuda.GpuKernels;
import dev.voxgrad.engine.device.cuda.Precision;
import dev.voxgrad.engine.random.RandomPurpose;
import dev.voxgrad.engine.random.RandomStream;

/**
 * Holds the best rates that this GPU reaches in measurements, as a yardstick for steps.
 *
 * @param copyBytes the bytes of a copy
 * @param bytesPerSecond the bytes read and written per second by copies within GPU memory
 * @param matrixSize the rows and columns of the matrices
 * @param flopPerSecond the FLOP/s of cuBLAS's products of square matrices, in the precisions that could be measured
 */
record Ceilings(long copyBytes, double bytesPerSecond, int matrixSize, Map<Precision, Double> flopPerSecond) {
    private static final int WARM_UP = 3;
    /** The buffers of a measurement may use this fraction of the free memory, 1 / SHARE. */
    private static final int SHARE = 4;

    /** Limits what is measured, if GPU memory is large enough. */
    record Sizes(long copyBytes, int matrixSize, int repeats) {}

    /** Measures the rates; precisions that this machine does not support are left out. */
    static Ceilings measure(Sizes sizes, Iterable<Precision> precisions) {
        long free = CudaDriver.of(0).freeBytes();
        long bytes = Math.min(sizes.copyBytes, free / SHARE);
        int size = sizes.matrixSize;
        while (3L * Float.BYTES * size * size > free / SHARE) {
            size /= 2;
        }
        double copies = copies(bytes, sizes.repeats);
        Map<Precision, Double> products = new EnumMap<>(Precision.class);
        for (Precision precision : precisions) {
            try (CudaDevice device = GpuEngine.openDevice(new GpuMode(precision, false, GpuKernels.OWN).settings())) {
                products.put(precision, products(device, size, sizes.repeats));
            } catch (EngineException | CudaException e) {
                continue; // the steps in this precision report why
            }
        }
        return new Ceilings(bytes, copies, size, products);
    }

    private static double copies(long bytes, int repeats) {
        CudaDriver driver = CudaDriver.of(0);
        try (CudaStream stream = new CudaStream(driver);
                DeviceAllocator memory = new DeviceAllocator(driver)) {
            DeviceBuffer from = memory.take(bytes);
            DeviceBuffer to = memory.take(bytes);
            double milliseconds = median(driver, repeats, stream::record, () -> stream.copy(from, to));
            return 2 * bytes / (milliseconds / 1e3);
        }
    }

    private static double products(CudaDevice device, int size, int repeats) {
        float[] values = new float[size * size];
        RandomStream random = new RandomStream(1, 0, 0, RandomPurpose.ANY);
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat() - 0.5f;
        }
        DeviceBuffer a = matrix(device, size, values);
        DeviceBuffer b = matrix(device, size, values);
        DeviceBuffer c = matrix(device, size, values);
        MatrixProduct product = new MatrixProduct(size, size, size, a, false, b, false, c);
        double milliseconds = median(
                device.driver(),
                repeats,
                device::mark,
                device.precision() == Precision.BF16
                        ? () -> device.cublas().multiplyBfloat16(product)
                        : () -> device.cublas().multiply(product));
        return 2.0 * size * size * size / (milliseconds / 1e3);
    }

    /** Returns a matrix with the type of the device's activations, which stays until the device is closed. */
    private static DeviceBuffer matrix(CudaDevice device, int size, float... values) {
        CudaStorage storage = device.allocateActivation(size * size);
        device.write(values, storage);
        return storage.buffer();
    }

    /** Marks the current point in the queue of work. */
    private interface Marker {
        void mark(CudaEvent event);
    }

    /** Returns the median of the work's milliseconds by the GPU's clock. */
    private static double median(CudaDriver driver, int repeats, Marker marker, Runnable work) {
        double[] times = new double[repeats];
        try (CudaEvent start = CudaEvent.forTime(driver);
                CudaEvent end = CudaEvent.forTime(driver)) {
            for (int i = -WARM_UP; i < repeats; i++) {
                marker.mark(start);
                work.run();
                marker.mark(end);
                end.synchronize();
                if (i >= 0) {
                    times[i] = start.millisecondsTo(end);
                }
            }
        }
        return Spread.of(times).median();
    }
}
