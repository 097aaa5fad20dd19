package dev.voxgrad.engine.device;

import java.lang.ref.Cleaner;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Layout;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.cuda.ResourceStack;
import dev.voxgrad.engine.cuda.cublas.Cublas;
import dev.voxgrad.engine.cuda.cudnn.Cudnn;
import dev.voxgrad.engine.cuda.driver.CudaDriver;
import dev.voxgrad.engine.cuda.driver.CudaEvent;
import dev.voxgrad.engine.cuda.driver.CudaStream;
import dev.voxgrad.engine.cuda.driver.DeviceAllocator;
import dev.voxgrad.engine.cuda.driver.DeviceBuffer;
import dev.voxgrad.engine.cuda.driver.Grid;
import dev.voxgrad.engine.cuda.driver.KernelArguments;
import dev.voxgrad.engine.cuda.nvrtc.CudaSource;
import dev.voxgrad.engine.cuda.nvrtc.KernelLibrary;
import dev.voxgrad.engine.device.cuda.CapturedStep;
import dev.voxgrad.engine.device.cuda.CudaLaunch;
import dev.voxgrad.engine.device.cuda.CudaTransfers;
import dev.voxgrad.engine.device.cuda.ElementType;
import dev.voxgrad.engine.device.cuda.GpuKernels;
import dev.voxgrad.engine.device.cuda.HostArray;
import dev.voxgrad.engine.device.cuda.Precision;
import dev.voxgrad.engine.device.cuda.Staging;
import dev.voxgrad.engine.trace.Recorder;

/**
 * Represents an NVIDIA GPU: cuDNN's convolutions, cuBLAS's matrix products, and our own kernels for everything else,
 * unless {@link GpuKernels} says otherwise.
 *
 * <p>All work goes to one stream, in order, and the host runs ahead of it: only reading values back waits. Values from
 * the host are first copied into pinned memory, so that the caller may change them as soon as a call returns. A device
 * belongs to one thread at a time; several devices on one GPU, each with its own stream, can work at the same time.
 */
public final class CudaDevice implements Device {
    private static final CudaSource SOURCE = new CudaSource(CudaLaunch.class, "memory");

    /** Frees memory once its last tensor is garbage. */
    private static final Cleaner CLEANER = Cleaner.create();

    private final Settings settings;
    private final CudaDriver driver;
    private final ResourceStack owned = new ResourceStack();
    private final CudaStream stream;
    private final DeviceAllocator allocator;
    private final CudaTransfers transfers;
    private final Cudnn cudnn;
    private final Cublas cublas;
    private final KernelLibrary library;
    private final Set<String> noted = new HashSet<>();
    private @Nullable Cudnn exactCudnn;

    /**
     * Holds the settings of a GPU.
     *
     * @param precision of products and activations
     * @param fastest whether convolution algorithms may sum in a different order each time; results then differ in the
     *     last digits from run to run
     * @param fusion whether consecutive layers may run as one operation, if the kernels are our own
     * @param kernels whose kernels are used for the operations that cuDNN has in addition to convolutions
     * @param log receives the binding of cuBLAS, the algorithm of each convolution, and the operations that cuDNN lacks
     */
    public record Settings(
            Precision precision, boolean fastest, boolean fusion, GpuKernels kernels, Consumer<String> log) {
        /** float32, deterministic, fused, with our own kernels, without a log. */
        public static final Settings DEFAULT = new Settings(Precision.FP32, false, true, GpuKernels.OWN, _ -> {});
    }

    /**
     * Opens the GPU of that number.
     *
     * @throws IllegalArgumentException if this machine has no such GPU, or if the user forces a binding of cuBLAS that
     *     does not load
     * @throws dev.voxgrad.engine.cuda.CudaException if the driver or a library fails
     * @throws LinkageError if the driver or cuDNN is missing
     */
    public CudaDevice(int gpu, Settings settings) {
        this.settings = settings;
        this.driver = CudaDriver.of(gpu);
        this.library = KernelLibrary.of(driver);
        try {
            this.stream = owned.add(new CudaStream(driver), CudaStream::close);
            this.allocator = owned.add(new DeviceAllocator(driver), DeviceAllocator::close);
            this.transfers = new CudaTransfers(this, owned.add(new Staging(driver, stream), Staging::close));
            this.cudnn = owned.add(
                    new Cudnn(stream, allocator, rounding(settings.precision), settings.fastest, settings.log),
                    Cudnn::close);
            this.cublas = owned.add(
                    Cublas.open(stream, allocator, settings.precision != Precision.FP32, settings.log), Cublas::close);
        } catch (RuntimeException | LinkageError e) {
            owned.closeAfter(e);
            throw e;
        }
    }

    private static Cudnn.Rounding rounding(Precision precision) {
        return switch (precision) {
            case FP32 -> Cudnn.Rounding.FLOAT32;
            case TF32 -> Cudnn.Rounding.TF32;
            case BF16 -> Cudnn.Rounding.BFLOAT16;
        };
    }

    /** Returns the name, with the GPU's number if there are several. */
    @Override
    public String name() {
        return CudaDriver.count() == 1 ? "cuda" : "cuda:" + driver.gpu();
    }

    @Override
    public String description() {
        return name() + ": " + arithmetic();
    }

    @Override
    public String arithmetic() {
        return String.format(
                Locale.ROOT,
                "%s, %.0f GiB, driver for CUDA %s, cuDNN %s, %s, %s, %s convolution%s%s",
                driver.name(),
                driver.totalBytes() / (double) (1 << 30),
                CudaDriver.inWords(driver.version()),
                Cudnn.inWords(Cudnn.version()),
                cublas.description(),
                settings.precision.flag(),
                settings.fastest ? "fastest" : "deterministic",
                settings.kernels == GpuKernels.OWN ? "" : ", batch norm, pools and softmax of cuDNN",
                fusion() ? "" : ", no fusion");
    }

    @Override
    public Optional<Settings> gpuSettings() {
        return Optional.of(settings);
    }

    @Override
    public boolean canSplit() {
        return true;
    }

    /** Opens another device on the same GPU, with its own stream and memory, set up in the same way. */
    @Override
    public CudaDevice another() {
        return new CudaDevice(driver.gpu(), settings);
    }

    /** Returns the GPU. */
    public CudaDriver driver() {
        return driver;
    }

    /** Returns how products and activations are rounded. */
    public Precision precision() {
        return settings.precision;
    }

    /** Returns whether cuDNN may choose algorithms whose last digits differ each time. */
    public boolean usesFastestAlgorithms() {
        return settings.fastest;
    }

    /** Returns whose kernels are used for the operations that cuDNN has in addition to convolutions. */
    public GpuKernels kernels() {
        return settings.kernels;
    }

    /** Logs once what cuDNN lacks and is computed in another way. */
    public void note(String line) {
        if (noted.add(line)) {
            settings.log.accept(line);
        }
    }

    @Override
    public Layout activationLayout() {
        return settings.precision.layout();
    }

    /** Returns auto: cuDNN chooses. */
    @Override
    public ConvolutionMode convolution() {
        return ConvolutionMode.AUTO;
    }

    /** Returns whether layers are fused, which requires our own kernels. */
    @Override
    public boolean fusion() {
        return settings.fusion && settings.kernels == GpuKernels.OWN;
    }

    /** Returns null, always: GPU work is not traced. */
    @Override
    public @Nullable Recorder recorder() {
        return null;
    }

    @Override
    public CudaStorage allocate(int elements) {
        return allocate(elements, ElementType.FLOAT32);
    }

    @Override
    public CudaStorage allocateActivation(int elements) {
        return allocate(elements, settings.precision.activations());
    }

    @Override
    public CudaStorage allocateLike(Storage like, int elements) {
        return allocate(elements, ((CudaStorage) like).type());
    }

    private CudaStorage allocate(int elements, ElementType type) {
        return new CudaStorage(borrow((long) elements * type.bytes()), elements, type);
    }

    @Override
    public void free(Storage storage) {
        giveBack(((CudaStorage) storage).buffer());
    }

    /** Returns scratch memory, contents unspecified; return it with {@link #giveBack}. */
    public DeviceBuffer borrow(long bytes) {
        return allocator.take(Math.max(bytes, 1));
    }

    /** Takes back scratch memory; may be called as soon as its last use is launched. */
    public void giveBack(DeviceBuffer buffer) {
        allocator.give(buffer);
    }

    /** Returns the bytes of the GPU's memory that this device occupies, in use or not. */
    public long allocatedBytes() {
        return allocator.allocatedBytes();
    }

    /** Returns the bytes that tensors and scratch memory use. */
    public long usedBytes() {
        return allocator.usedBytes();
    }

    @Override
    public void write(float[] from, Storage to) {
        transfers.write(from, (CudaStorage) to);
        to.written();
    }

    @Override
    public void write(double[] from, Storage to) {
        transfers.write(from, (CudaStorage) to);
        to.written();
    }

    /**
     * Copies values of the host for kernels to read: labels, tables. Return the copy with {@link #giveBack}. In a
     * captured step, the array is read again at each replay.
     */
    public DeviceBuffer borrowCopy(HostArray values) {
        DeviceBuffer copy = borrow(values.bytes(values.length()));
        transfers.upload(values, values.length(), copy);
        return copy;
    }

    @Override
    public void read(Storage from, float[] to) {
        transfers.read((CudaStorage) from, to);
    }

    @Override
    public void read(Storage from, double[] to) {
        transfers.read((CudaStorage) from, to);
    }

    /** Copies doubles from scratch memory to the host. */
    public void read(DeviceBuffer from, double[] to) {
        transfers.read(from, to);
    }

    @Override
    public void fill(Storage storage, double value) {
        CudaStorage to = (CudaStorage) storage;
        launch(
                SOURCE,
                "fill_" + to.type().suffix(),
                Grid.of(to.elements()),
                new KernelArguments().add(to.buffer()).f32((float) value).i32(to.elements()));
        to.written();
    }

    @Override
    public void leaveToCollector(Object holder, Storage storage) {
        DeviceBuffer buffer = ((CudaStorage) storage).buffer();
        DeviceAllocator owner = allocator;
        CLEANER.register(holder, () -> owner.giveLater(buffer));
    }

    @Override
    public void hostEffect(Runnable effect) {
        transfers.hostEffect(effect);
    }

    /** Returns a copy of a storage in the other type, as scratch memory. */
    public DeviceBuffer converted(CudaStorage storage, ElementType type) {
        DeviceBuffer copy = borrow((long) storage.elements() * type.bytes());
        convert(storage.buffer(), storage.type(), new CudaStorage(copy, storage.elements(), type));
        return copy;
    }

    /** Copies values of one type into a storage of the other. */
    public void convert(DeviceBuffer from, ElementType type, CudaStorage to) {
        if (type == to.type()) {
            throw new IllegalArgumentException("cuda: converting " + type + " to itself");
        }
        launch(
                SOURCE,
                "to_" + to.type().suffix(),
                Grid.of(to.elements()),
                new KernelArguments().add(from).add(to.buffer()).i32(to.elements()));
        to.written();
    }

    /** Copies values into a storage of the same type and size. */
    public void copy(CudaStorage from, CudaStorage to) {
        stream.copy(from.buffer(), to.buffer());
        to.written();
    }

    /** Prepares a launch of the kernel {@code name_f32} or {@code name_bf16}, by the type of {@code tensor}. */
    public CudaLaunch kernel(CudaSource source, String name, Tensor tensor) {
        return kernel(source, name, tensor, 1);
    }

    /** Does the same for a kernel whose threads process {@code pack} values at once: {@code name_bf16x8}. */
    public CudaLaunch kernel(CudaSource source, String name, Tensor tensor, int pack) {
        ElementType type = CudaStorage.of(tensor).type();
        return new CudaLaunch(this, source, name + "_" + type.suffix() + (pack == 1 ? "" : "x" + pack), type);
    }

    /** Prepares a launch of a kernel whose values are all float32. */
    public CudaLaunch kernel(CudaSource source, String name) {
        return new CudaLaunch(this, source, name, ElementType.FLOAT32);
    }

    /** Launches a kernel. */
    public void launch(CudaSource source, String name, Grid grid, KernelArguments arguments) {
        stream.launch(library.kernel(source, name), grid, arguments);
    }

    /** Returns cuDNN on this device's stream. */
    public Cudnn cudnn() {
        return cudnn;
    }

    /**
     * Returns cuDNN in unrounded float32, whatever the precision, to check other results; created at the first call.
     */
    public Cudnn exactCudnn() {
        if (exactCudnn == null) {
            exactCudnn = owned.add(new Cudnn(stream, allocator, Cudnn.Rounding.FLOAT32, false, _ -> {}), Cudnn::close);
        }
        return exactCudnn;
    }

    /** Returns cuBLAS on this device's stream. */
    public Cublas cublas() {
        return cublas;
    }

    /** Prepares a step that the GPU will replay by itself; see {@link CapturedStep}. */
    @Override
    public CapturedStep repeat(RepeatedStep.Body body) {
        return new CapturedStep(this, driver, stream, allocator, true, body);
    }

    @Override
    public CapturedStep repeatWithoutGradients(RepeatedStep.Body body) {
        return new CapturedStep(this, driver, stream, allocator, false, body);
    }

    /** Returns the copies between host and GPU. */
    public CudaTransfers transfers() {
        return transfers;
    }

    /** Marks the current point of this device's work. */
    public void mark(CudaEvent event) {
        stream.record(event);
    }

    /** Waits until the GPU has completed all work of this device. */
    public void synchronize() {
        stream.synchronize();
    }

    /**
     * Frees the GPU's memory and handles; this device's tensors become invalid.
     *
     * @throws dev.voxgrad.engine.cuda.CudaException if earlier work failed and no call has reported it yet
     */
    @Override
    public void close() {
        try {
            stream.synchronize();
        } finally {
            owned.close();
        }
    }
}
