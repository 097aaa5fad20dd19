package dev.voxgrad.engine.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Emulates CUDA's driver, cuDNN, cuBLAS and NVRTC for tests, in C++ under {@code engine/src/test/native}. It runs the
 * code that drives a GPU, and every {@code .cu} kernel, on the CPU of a machine without a GPU. Its memory is poisoned
 * with NaN, and its checks are stricter than a GPU's. It tests the logic of our code; it says nothing about hardware,
 * speed, or the behaviour of NVIDIA's libraries.
 *
 * <p>Once loaded, it replaces the real libraries until the JVM ends, whether or not the machine has a GPU: load it
 * before anything else uses {@code jcuda}.
 */
@SuppressWarnings("restricted") // Loading native code is what this class is for.
public final class CudaEmulator {
    /** The libraries; each one follows the ones it needs. */
    private static final List<String> LIBRARIES =
            List.of("libcuda.so.1", "libcudnn.so.9", "libcublas.so.12", "libnvrtc.so.12");

    /** The environment variable with the number of GPUs. */
    public static final String GPUS = "VOXGRAD_EMULATED_GPUS";

    private static Path loaded;
    private static List<Path> loadedKernels;
    private static SymbolLookup symbols;

    /** The native function that counts; public because {@link MethodHandleProxies} requires it. */
    public interface Counter {
        /** Returns the counter with this name, which ends in a zero byte; -1 if there is none. */
        long count(MemorySegment name);
    }

    private CudaEmulator() {}

    /** Returns the reason why the emulator is not available on this machine; empty if it is. */
    public static Optional<String> missing() {
        return CudaEmulatorBuild.missing();
    }

    /**
     * Builds the emulator if necessary, and loads it instead of NVIDIA's libraries, with the kernels of the engine and
     * of its tests.
     *
     * @throws IllegalStateException if it does not compile; the message contains g++'s output
     */
    public static void load() {
        Path engine = CudaEmulatorBuild.engineFolder();
        load(List.of(engine.resolve("src/main/resources"), engine.resolve("src/test/resources")));
    }

    /** Loads the emulator with the {@code .cu} files of the given folders and their subfolders. */
    public static synchronized void load(List<Path> kernelFolders) {
        missing().ifPresent(reason -> {
            throw new IllegalStateException(reason);
        });
        if (loaded != null) {
            if (!loadedKernels.equals(kernelFolders)) {
                throw new IllegalStateException("the CUDA emulator is already loaded, with the kernels of "
                        + loadedKernels + ": a JVM can load it only once");
            }
            return;
        }
        try {
            Path folder = new CudaEmulatorBuild(kernelFolders).folder();
            for (String library : LIBRARIES) {
                System.load(folder.resolve(library).toString());
            }
            symbols = SymbolLookup.libraryLookup(folder.resolve(LIBRARIES.getFirst()), Arena.global());
            loaded = folder;
            loadedKernels = List.copyOf(kernelFolders);
        } catch (IOException e) {
            throw new UncheckedIOException("the CUDA emulator could not be built", e);
        }
    }

    /** Tests whether this JVM uses the emulator. */
    public static synchronized boolean isLoaded() {
        return loaded != null;
    }

    /**
     * Returns a counter. Counted since the last reset: {@code allocations}, {@code frees}, {@code hostAllocations},
     * {@code synchronousCopies}, {@code asynchronousCopies}, {@code launches} (calls, including captured ones),
     * {@code kernelsRun} (including those from graphs), {@code graphLaunches}, {@code synchronises}, {@code captures};
     * and, by name, each function of cuDNN that does work, such as {@code cudnnPoolingForward}. Counted at present:
     * {@code liveBytes} of device memory, {@code liveHostAllocations}, {@code liveStreams}, {@code liveEvents},
     * {@code liveGraphs}, {@code liveHandles} of the libraries, and {@code liveContexts} of GPUs.
     */
    public static long count(String name) {
        MethodHandle function =
                function("emulatorCount", FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.ADDRESS));
        try (Arena arena = Arena.ofConfined()) {
            long count = MethodHandleProxies.asInterfaceInstance(Counter.class, function)
                    .count(arena.allocateFrom(name));
            if (count < 0) {
                throw new IllegalArgumentException("the CUDA emulator has no counter " + name);
            }
            return count;
        }
    }

    /**
     * Returns the folder of the emulated libraries, for the LD_LIBRARY_PATH of a child process. It has cuBLAS and NVRTC
     * of CUDA 12 and 13; cuDNN 9 has the same name for both.
     */
    public static synchronized Path folder() {
        requireLoaded();
        return loaded;
    }

    /** Copies the emulated libraries of a machine with these major versions of CUDA into a folder, and returns that. */
    public static Path copy(Path into, int... cuda) throws IOException {
        try (Stream<Path> files = Files.list(folder())) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                boolean ofOneVersion = name.matches("lib(cublas|nvrtc)\\.so\\.\\d+");
                if (name.contains(".so")
                        && (!ofOneVersion || IntStream.of(cuda).anyMatch(major -> name.endsWith("." + major)))) {
                    Files.copy(file, into.resolve(name));
                }
            }
        }
        return into;
    }

    /**
     * Sets the number of visible GPUs. The default is one, or the value of the environment variable {@value #GPUS}.
     * Each GPU has its own memory, streams and other resources, and refuses those of others.
     */
    public static void gpus(int count) {
        MethodHandle function = function("emulatorGpus", FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT));
        MethodHandleProxies.asInterfaceInstance(IntConsumer.class, function).accept(count);
    }

    /** Returns the counters of everything that exists at present, by the names of {@link #count}. */
    public static Map<String, Long> live() {
        return Stream.of("liveBytes", "liveHostAllocations", "liveStreams", "liveEvents", "liveGraphs", "liveHandles")
                .collect(Collectors.toMap(name -> name, CudaEmulator::count));
    }

    /**
     * Limits, until the next reset, how many more streams, events, pieces of device or pinned memory, and library
     * handles can be created; after that, a call that would create one fails for lack of memory.
     */
    public static void roomFor(long things) {
        MethodHandle function = function("emulatorMake", FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG));
        MethodHandleProxies.asInterfaceInstance(LongConsumer.class, function).accept(things);
    }

    /** Sets the bytes of memory of each GPU, until the next reset. */
    public static void memoryLimit(long bytes) {
        MethodHandle function = function("emulatorMemoryLimit", FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG));
        MethodHandleProxies.asInterfaceInstance(LongConsumer.class, function).accept(bytes);
    }

    /** Lists what cuDNN's convolutions can pretend to lack. */
    public enum Lack {
        NOTHING,
        /** The algorithm that is listed first is refused when it is called. */
        THE_FIRST_LISTED,
        /** All algorithms in bfloat16 are refused, although they are listed. */
        BFLOAT16_LISTED,
        /** All algorithms in bfloat16 are refused and not listed. */
        BFLOAT16
    }

    /** Sets what cuDNN's convolutions lack, until the next call. */
    public static void convolutionsLack(Lack what) {
        SymbolLookup cudnn = SymbolLookup.libraryLookup(loaded.resolve("libcudnn.so.9"), Arena.global());
        MethodHandle function = Linker.nativeLinker()
                .downcallHandle(
                        cudnn.find("emulatorConvolutionsLack").orElseThrow(),
                        FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT));
        MethodHandleProxies.asInterfaceInstance(IntConsumer.class, function).accept(what.ordinal());
    }

    /**
     * Runs the queued work, or drops it after an error; clears errors, captures and counters, and restores the limits.
     * Allocations are kept.
     */
    public static void reset() {
        MethodHandle function = function("emulatorReset", FunctionDescriptor.ofVoid());
        MethodHandleProxies.asInterfaceInstance(Runnable.class, function).run();
    }

    private static void requireLoaded() {
        if (loaded == null) {
            throw new IllegalStateException("the CUDA emulator is not loaded: call CudaEmulator.load() first");
        }
    }

    private static synchronized MethodHandle function(String name, FunctionDescriptor descriptor) {
        requireLoaded();
        MemorySegment address = symbols.find(name).orElseThrow();
        return Linker.nativeLinker().downcallHandle(address, descriptor);
    }
}
