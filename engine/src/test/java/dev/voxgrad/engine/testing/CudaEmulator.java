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
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An emulator of CUDA's driver, cuDNN, cuBLAS and NVRTC for tests, in C++ under {@code engine/src/test/native}. It runs
 * the code that drives a GPU, and every {@code .cu} kernel, on the CPU of a machine without one, with memory that is
 * poisoned with NaN and stricter checks than a GPU has. It proves the logic of our code; it says nothing about the
 * hardware, about speed, or about how NVIDIA's libraries behave.
 *
 * <p>Once loaded it stands in for the real libraries until the JVM ends, whether the machine has a GPU or not: load it
 * before anything else touches {@code jcuda}.
 */
@SuppressWarnings("restricted") // Loading native code is what this class is for.
public final class CudaEmulator {
    /** In the order in which they need each other. */
    private static final List<String> LIBRARIES =
            List.of("libcuda.so.1", "libcudnn.so.9", "libcublas.so.12", "libnvrtc.so.12");

    /** The environment variable with the number of cards. */
    public static final String CARDS = "VOXGRAD_EMULATED_CARDS";

    private static Path loaded;
    private static List<Path> loadedKernels;
    private static SymbolLookup symbols;

    /** The native function that counts; public, as {@link MethodHandleProxies} asks. */
    public interface Counter {
        /** The counter of a name that ends in a zero byte; -1 if there is none. */
        long count(MemorySegment name);
    }

    private CudaEmulator() {}

    /** Why the emulator can't be had on this machine; empty if it can. */
    public static Optional<String> missing() {
        return CudaEmulatorBuild.missing();
    }

    /**
     * Builds the emulator if need be, and loads it in place of NVIDIA's libraries, with the kernels of the engine and
     * those of its tests.
     *
     * @throws IllegalStateException if it does not compile, with what g++ says
     */
    public static void load() {
        Path engine = CudaEmulatorBuild.engineFolder();
        load(List.of(engine.resolve("src/main/resources"), engine.resolve("src/test/resources")));
    }

    /** As above, with the {@code .cu} files of the given folders and of those below them. */
    public static synchronized void load(List<Path> kernelFolders) {
        missing().ifPresent(reason -> {
            throw new IllegalStateException(reason);
        });
        if (loaded != null) {
            if (!loadedKernels.equals(kernelFolders)) {
                throw new IllegalStateException("the CUDA emulator is loaded already, with the kernels of "
                        + loadedKernels + ": one JVM can have it only once");
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

    /** Whether this JVM runs on the emulator. */
    public static synchronized boolean isLoaded() {
        return loaded != null;
    }

    /**
     * How often something has happened since the last reset: {@code allocations}, {@code frees},
     * {@code hostAllocations}, {@code synchronousCopies}, {@code asynchronousCopies}, {@code launches} (calls, also
     * those that are captured), {@code kernelsRun} (also from graphs), {@code graphLaunches}, {@code synchronises},
     * {@code captures}; by its name, a function of cuDNN's that does work, {@code cudnnPoolingForward}; and what is
     * there now: {@code liveBytes} of device memory, {@code liveHostAllocations}, {@code liveStreams},
     * {@code liveEvents}, {@code liveGraphs}, {@code liveHandles} of the libraries, and {@code liveContexts} of cards.
     */
    public static long count(String name) {
        MethodHandle function =
                function("emulatorCount", FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.ADDRESS));
        try (Arena arena = Arena.ofConfined()) {
            long count = MethodHandleProxies.asInterfaceInstance(Counter.class, function)
                    .count(arena.allocateFrom(name));
            if (count < 0) {
                throw new IllegalArgumentException("the CUDA emulator counts no " + name);
            }
            return count;
        }
    }

    /** The folder of the emulated libraries, for the LD_LIBRARY_PATH of a child process. */
    public static synchronized Path folder() {
        requireLoaded();
        return loaded;
    }

    /**
     * Sets how many cards can be seen; at first it is one, or what the environment variable {@value #CARDS} says. Each
     * card has memory, streams and all else of its own, and refuses what is another's.
     */
    public static void cards(int count) {
        MethodHandle function = function("emulatorCards", FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT));
        MethodHandleProxies.asInterfaceInstance(IntConsumer.class, function).accept(count);
    }

    /** Everything that is there now, by the names of {@link #count}. */
    public static Map<String, Long> live() {
        return Stream.of("liveBytes", "liveHostAllocations", "liveStreams", "liveEvents", "liveGraphs", "liveHandles")
                .collect(Collectors.toMap(name -> name, CudaEmulator::count));
    }

    /**
     * Sets how many more streams, events, pieces of device or pinned memory and library handles can be made, until the
     * next reset; then a call that would make one fails for lack of memory.
     */
    public static void roomFor(long things) {
        MethodHandle function = function("emulatorMake", FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG));
        MethodHandleProxies.asInterfaceInstance(LongConsumer.class, function).accept(things);
    }

    /** Sets how many bytes of memory each card has, until the next reset. */
    public static void memoryLimit(long bytes) {
        MethodHandle function = function("emulatorMemoryLimit", FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG));
        MethodHandleProxies.asInterfaceInstance(LongConsumer.class, function).accept(bytes);
    }

    /** What cuDNN's convolutions can pretend not to have. */
    public enum Lack {
        NOTHING,
        /** What is listed first is refused when it is called. */
        THE_FIRST_LISTED,
        /** Everything in bfloat16, though it is listed. */
        BFLOAT16_LISTED,
        /** Everything in bfloat16, which is not even listed. */
        BFLOAT16
    }

    /** Sets what cuDNN's convolutions lack, until it is set again. */
    public static void convolutionsLack(Lack what) {
        SymbolLookup cudnn = SymbolLookup.libraryLookup(loaded.resolve("libcudnn.so.9"), Arena.global());
        MethodHandle function = Linker.nativeLinker()
                .downcallHandle(
                        cudnn.find("emulatorConvolutionsLack").orElseThrow(),
                        FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT));
        MethodHandleProxies.asInterfaceInstance(IntConsumer.class, function).accept(what.ordinal());
    }

    /**
     * Runs the work that is queued, or drops it after an error; forgets errors, captures and counts, and restores the
     * limits. Allocations stay.
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
