package dev.voxgrad.engine.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Represents a native library that is called through the JDK's foreign-function API. JCuda's own bindings require
 * cuBLAS and NVRTC of CUDA 12; the few functions used here are the same in CUDA 13.
 */
@SuppressWarnings("restricted")
public final class ForeignLibrary {
    /** The oldest of CUDA's major versions that have the functions called here. */
    private static final int OLDEST = 12;

    private static final int NEWEST = 13;

    private final String name;
    private final SymbolLookup symbols;

    private ForeignLibrary(String name, SymbolLookup symbols) {
        this.name = name;
        this.symbols = symbols;
    }

    /** Returns the library of that name, if the loader finds it; it stays loaded. */
    public static Optional<ForeignLibrary> find(String name) {
        try {
            return Optional.of(new ForeignLibrary(name, SymbolLookup.libraryLookup(name, Arena.global())));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /**
     * Returns the newest library of that name that the loader finds and the driver supports.
     *
     * @param driver the CUDA version that the driver is for, as 1000·major + 10·minor
     */
    public static Optional<ForeignLibrary> find(String name, int driver) {
        for (int major = Math.min(NEWEST, driver / 1000); major >= OLDEST; major--) {
            Optional<ForeignLibrary> library = find(name + "." + major);
            if (library.isPresent()) {
                return library;
            }
        }
        return Optional.empty();
    }

    /** Lists what {@link #find(String, int)} searches for: {@code libcublas.so.13 or libcublas.so.12}. */
    public static String names(String name, int driver) {
        return IntStream.iterate(Math.min(NEWEST, driver / 1000), major -> major >= OLDEST, major -> major - 1)
                .mapToObj(major -> name + "." + major)
                .collect(Collectors.joining(" or "));
    }

    /** Returns the file name. */
    public String name() {
        return name;
    }

    /** Calls a function of the library that returns a status. */
    public interface Call {
        int call(Object... arguments);
    }

    /** Returns the function of that name. */
    public Call function(String function, MemoryLayout... parameters) {
        MethodHandle handle = Linker.nativeLinker()
                .downcallHandle(
                        symbols.find(function)
                                .orElseThrow(() -> new CudaException(name + " has no function " + function)),
                        FunctionDescriptor.of(ValueLayout.JAVA_INT, parameters));
        return MethodHandleProxies.asInterfaceInstance(
                Call.class, handle.asSpreader(Object[].class, parameters.length));
    }
}
