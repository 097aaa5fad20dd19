package dev.voxgrad.engine.cuda.nvrtc;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;

import dev.voxgrad.engine.cuda.CudaException;
import dev.voxgrad.engine.cuda.ForeignLibrary;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

/**
 * Compiles CUDA C++ with the compiler library of CUDA 12 or 13: to a GPU's machine code, or to PTX for a GPU that is
 * newer than the compiler. It needs no GPU.
 *
 * <p>Machine code of any CUDA 13 runs on any driver for CUDA 13, while PTX requires a driver as new as the compiler.
 */
public final class Nvrtc {
    static final String NAME = "libnvrtc.so";

    private final ForeignLibrary library;
    private final ForeignLibrary.Call create;
    private final ForeignLibrary.Call compile;
    private final ForeignLibrary.Call codeSize;
    private final ForeignLibrary.Call code;
    private final ForeignLibrary.Call ptxSize;
    private final ForeignLibrary.Call ptx;
    private final ForeignLibrary.Call logSize;
    private final ForeignLibrary.Call log;
    private final ForeignLibrary.Call destroy;
    private final int[] architectures;

    private Nvrtc(ForeignLibrary library) {
        this.library = library;
        create = library.function("nvrtcCreateProgram", ADDRESS, ADDRESS, ADDRESS, JAVA_INT, ADDRESS, ADDRESS);
        compile = library.function("nvrtcCompileProgram", ADDRESS, JAVA_INT, ADDRESS);
        codeSize = library.function("nvrtcGetCUBINSize", ADDRESS, ADDRESS);
        code = library.function("nvrtcGetCUBIN", ADDRESS, ADDRESS);
        ptxSize = library.function("nvrtcGetPTXSize", ADDRESS, ADDRESS);
        ptx = library.function("nvrtcGetPTX", ADDRESS, ADDRESS);
        logSize = library.function("nvrtcGetProgramLogSize", ADDRESS, ADDRESS);
        log = library.function("nvrtcGetProgramLog", ADDRESS, ADDRESS);
        destroy = library.function("nvrtcDestroyProgram", ADDRESS);
        architectures = architectures();
    }

    /** Returns what it compiles for, as compute capabilities: 75, 80 … */
    private int[] architectures() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment count = arena.allocate(JAVA_INT);
            check(
                    "nvrtcGetNumSupportedArchs",
                    library.function("nvrtcGetNumSupportedArchs", ADDRESS).call(count));
            MemorySegment numbers = arena.allocate(JAVA_INT, count.get(JAVA_INT, 0));
            check(
                    "nvrtcGetSupportedArchs",
                    library.function("nvrtcGetSupportedArchs", ADDRESS).call(numbers));
            return numbers.toArray(JAVA_INT);
        }
    }

    /**
     * Returns the newest compiler that the loader finds and whose machine code the driver accepts.
     *
     * @param driver the CUDA version that the driver is for, as 1000·major + 10·minor
     */
    public static Optional<Nvrtc> find(int driver) {
        return ForeignLibrary.find(NAME, driver).map(Nvrtc::new);
    }

    /** Returns the name of the file that was found. */
    public String libraryName() {
        return library.name();
    }

    /**
     * Compiles a file, which may include {@link CudaSource#HEADER_NAME}.
     *
     * @param capability the GPU's compute capability, such as 90
     * @return an image for the driver to load: an ELF file, or PTX that ends with a zero byte
     * @throws CudaException with the compiler's log
     */
    public byte[] compile(String name, String source, int capability) {
        boolean known = Arrays.stream(architectures).anyMatch(a -> a == capability);
        int newest = Arrays.stream(architectures)
                .filter(a -> a <= capability)
                .max()
                .orElseThrow(() -> new CudaException(library.name() + " does not compile for compute capability "
                        + capability + ", which is too old for it; install NVRTC of CUDA 12"));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment handle = arena.allocate(ADDRESS);
            check(
                    "nvrtcCreateProgram",
                    create.call(
                            handle,
                            arena.allocateFrom(source),
                            arena.allocateFrom(name),
                            1,
                            pointers(arena, CudaSource.header()),
                            pointers(arena, CudaSource.HEADER_NAME)));
            MemorySegment program = handle.get(ADDRESS, 0);
            int status = compile.call(
                    program,
                    2,
                    pointers(arena, "--gpu-architecture=" + (known ? "sm_" : "compute_") + newest, "--std=c++17"));
            if (status != 0) {
                throw new CudaException(library.name() + " could not compile " + name + ":\n"
                        + bytes(arena, logSize, log, program).getString(0));
            }
            MemorySegment image = known ? bytes(arena, codeSize, code, program) : bytes(arena, ptxSize, ptx, program);
            byte[] result = image.toArray(JAVA_BYTE);
            check("nvrtcDestroyProgram", destroy.call(handle));
            return result;
        }
    }

    private static MemorySegment pointers(Arena arena, String... texts) {
        MemorySegment array = arena.allocate(ADDRESS, texts.length);
        for (int i = 0; i < texts.length; i++) {
            array.setAtIndex(ADDRESS, i, arena.allocateFrom(texts[i]));
        }
        return array;
    }

    private MemorySegment bytes(
            Arena arena, ForeignLibrary.Call sizeOf, ForeignLibrary.Call bytesOf, MemorySegment program) {
        MemorySegment size = arena.allocate(JAVA_LONG);
        check("the size of nvrtc's result", sizeOf.call(program, size));
        MemorySegment bytes = arena.allocate(Math.max(1, size.get(JAVA_LONG, 0)));
        check("nvrtc's result", bytesOf.call(program, bytes));
        return bytes;
    }

    private void check(String call, int status) {
        if (status != 0) {
            throw new CudaException(call + " (" + library.name() + "): status " + status);
        }
    }
}
