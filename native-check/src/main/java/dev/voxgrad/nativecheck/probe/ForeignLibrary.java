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
 * In a child process: a library that is called through the JDK's foreign-function API, found and loaded as the trainer
 * does it. JCuda's own bindings of cuBLAS and NVRTC name one major version.
 */
@SuppressWarnings("restricted")
public final class ForeignLibrary {
    /** The property with the CUDA version that the driver runs, as 1000 · major + 10 · minor; 0 for no driver. */
    private static final String DRIVER_VERSION = "voxgrad.driverVersion";

    private final String file;
    private final SymbolLookup symbols;
    private final String statusWords;

    private ForeignLibrary(String file, SymbolLookup symbols, String statusWords) {
        this.file = file;
        this.symbols = symbols;
        this.statusWords = statusWords;
    }

    /** The child process's option that tells it of the driver. */
    public static String option(Optional<CudaVersion> driver) {
        return "-D" + DRIVER_VERSION + "=" + driver.map(CudaVersion::number).orElse(0);
    }

    /**
     * Loads the first of a library's files that loads, among those that fit the driver.
     *
     * @param statusWords its function that has words for a status
     * @throws CallFailed if none does, with the loader's words for each
     */
    static ForeignLibrary load(NativeLibrary library, String statusWords) throws CallFailed {
        List<String> problems = new ArrayList<>();
        Optional<CudaVersion> driver = Optional.of(new CudaVersion(Integer.getInteger(DRIVER_VERSION, 0)))
                .filter(version -> version.number() > 0);
        for (String file : library.files(driver)) {
            try {
                return new ForeignLibrary(file, SymbolLookup.libraryLookup(file, Arena.global()), statusWords);
            } catch (IllegalArgumentException e) {
                problems.add(e.getMessage());
            }
        }
        throw new CallFailed(String.join("; ", problems));
    }

    /** A function that returns a status. */
    public interface Function {
        int call(Object... arguments);
    }

    /** Its function of that name. */
    Function function(String name, MemoryLayout... parameters) throws CallFailed {
        MethodHandle handle =
                Linker.nativeLinker().downcallHandle(address(name), FunctionDescriptor.of(JAVA_INT, parameters));
        return MethodHandleProxies.asInterfaceInstance(
                Function.class, handle.asSpreader(Object[].class, parameters.length));
    }

    private MemorySegment address(String name) throws CallFailed {
        return symbols.find(name).orElseThrow(() -> new CallFailed(file + " has no function " + name));
    }

    /** Throws where a call did not return 0. */
    void check(String call, int status) throws CallFailed {
        if (status != 0) {
            throw new CallFailed(call + " of " + file + " returned " + words(status));
        }
    }

    /** A status in the library's words, with its number. */
    String words(int status) {
        Words words = symbols.find(statusWords)
                .map(address -> MethodHandleProxies.asInterfaceInstance(
                        Words.class,
                        Linker.nativeLinker().downcallHandle(address, FunctionDescriptor.of(ADDRESS, JAVA_INT))))
                .orElse(_ -> MemorySegment.NULL);
        MemorySegment text = words.of(status);
        return text.equals(MemorySegment.NULL)
                ? "status " + status
                : text.reinterpret(Integer.MAX_VALUE).getString(0) + " (" + status + ")";
    }

    /** {@code const char *words(int status)}. */
    public interface Words {
        MemorySegment of(int status);
    }
}
