package dev.voxgrad.engine.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.util.List;
import java.util.Optional;

/**
 * A native library whose few functions are called through the JDK's foreign-function API. JCuda's own binding names
 * one major version of cuBLAS and NVRTC; these functions are the same in both versions that people have.
 */
@SuppressWarnings("restricted")
final class ForeignLibrary {
    private final String name;
    private final SymbolLookup symbols;

    private ForeignLibrary(String name, SymbolLookup symbols) {
        this.name = name;
        this.symbols = symbols;
    }

    /** The first of these libraries that the loader finds; it stays loaded. */
    static Optional<ForeignLibrary> find(List<String> names) {
        for (String name : names) {
            try {
                return Optional.of(new ForeignLibrary(name, SymbolLookup.libraryLookup(name, Arena.global())));
            } catch (IllegalArgumentException e) {
                continue; // not there: that is what the next name is for
            }
        }
        return Optional.empty();
    }

    String name() {
        return name;
    }

    /** A function of the library that returns a status. */
    public interface Call {
        int call(Object... arguments);
    }

    /** The function of that name. */
    Call function(String function, MemoryLayout... parameters) {
        MethodHandle handle = Linker.nativeLinker().downcallHandle(
                symbols.find(function).orElseThrow(() -> new CudaException(name + " has no function " + function)),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, parameters));
        return MethodHandleProxies.asInterfaceInstance(Call.class,
                handle.asSpreader(Object[].class, parameters.length));
    }
}
