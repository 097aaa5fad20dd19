package dev.voxgrad.nativecheck.probe;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import dev.voxgrad.nativecheck.library.CudaVersion;
import dev.voxgrad.nativecheck.library.NativeLibrary;
import dev.voxgrad.nativecheck.probe.Probe.CallFailed;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

/**
 * Loads a library in a child process and calls it through the JDK's foreign-function API, in the same way as the
 * trainer. JCuda's own bindings of cuBLAS and NVRTC require CUDA 12.
 */
@SuppressWarnings("restricted")
public final class ForeignLibrary {
    /** The property with the CUDA version that the driver runs, as 1000 · major + 10 · minor; 0 without a driver. */
    private static final String DRIVER_VERSION = "voxgrad.driverVersion";

    private final String file;
    private final SymbolLookup symbols;
    private final String statusText;

    private ForeignLibrary(String file, SymbolLookup symbols, String statusText) {
        this.file = file;
        this.symbols = symbols;
        this.statusText = statusText;
    }

    /** Returns the option that passes the driver's version to the child process. */
    public static String option(Optional<CudaVersion> driver) {
        return "-D" + DRIVER_VERSION + "=" + driver.map(CudaVersion::number).orElse(0);
    }

    /**
     * Loads the first loadable file of a library that is compatible with the driver.
     *
     * @param statusText the library's function that describes a status
     * @throws CallFailed if none can be loaded, with the loader's message for each
     */
    static ForeignLibrary load(NativeLibrary library, String statusText) throws CallFailed {
        List<String> problems = new ArrayList<>();
        Optional<CudaVersion> driver = Optional.of(new CudaVersion(Integer.getInteger(DRIVER_VERSION, 0)))
                .filter(version -> version.number() > 0);
        for (String file : library.files(driver)) {
            try {
                return new ForeignLibrary(file, SymbolLookup.libraryLookup(file, Arena.global()), statusText);
            } catch (IllegalArgumentException e) {
                problems.add(e.getMessage());
            }
        }
        throw new CallFailed(String.join("; ", problems));
    }

    /** Calls a function that returns a status. */
    public interface Function {
        int call(Object... arguments);
    }

    /** Returns the library's function of that name. */
    Function function(String name, MemoryLayout... parameters) throws CallFailed {
        MethodHandle handle =
                Linker.nativeLinker().downcallHandle(address(name), FunctionDescriptor.of(JAVA_INT, parameters));
        return MethodHandleProxies.asInterfaceInstance(
                Function.class, handle.asSpreader(Object[].class, parameters.length));
    }

    private MemorySegment address(String name) throws CallFailed {
        return symbols.find(name).orElseThrow(() -> new CallFailed(file + " has no function " + name));
    }

    /** Throws if a call did not return 0. */
    void check(String call, int status) throws CallFailed {
        if (status != 0) {
            throw new CallFailed(call + " of " + file + " returned " + describe(status));
        }
    }

    /** Returns the library's description of a status, followed by the status. */
    String describe(int status) {
        StatusText describe = symbols.find(statusText)
                .map(address -> MethodHandleProxies.asInterfaceInstance(
                        StatusText.class,
                        Linker.nativeLinker().downcallHandle(address, FunctionDescriptor.of(ADDRESS, JAVA_INT))))
                .orElse(_ -> MemorySegment.NULL);
        MemorySegment text = describe.of(status);
        return text.equals(MemorySegment.NULL)
                ? "status " + status
                : text.reinterpret(Integer.MAX_VALUE).getString(0) + " (" + status + ")";
    }

    /** Calls {@code const char *text(int status)}. */
    public interface StatusText {
        MemorySegment of(int status);
    }
}
