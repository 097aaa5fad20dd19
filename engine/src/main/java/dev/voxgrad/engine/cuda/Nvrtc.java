package dev.voxgrad.engine.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

/** CUDA's compiler as a library, of CUDA 12 or 13: from CUDA C to PTX. It needs no card. */
public final class Nvrtc {
    static final String NAME = "libnvrtc.so";

    private final ForeignLibrary library;
    private final ForeignLibrary.Call create;
    private final ForeignLibrary.Call compile;
    private final ForeignLibrary.Call ptxSize;
    private final ForeignLibrary.Call ptx;
    private final ForeignLibrary.Call logSize;
    private final ForeignLibrary.Call log;
    private final ForeignLibrary.Call destroy;

    private Nvrtc(ForeignLibrary library) {
        this.library = library;
        create = library.function("nvrtcCreateProgram", ADDRESS, ADDRESS, ADDRESS, JAVA_INT, ADDRESS, ADDRESS);
        compile = library.function("nvrtcCompileProgram", ADDRESS, JAVA_INT, ADDRESS);
        ptxSize = library.function("nvrtcGetPTXSize", ADDRESS, ADDRESS);
        ptx = library.function("nvrtcGetPTX", ADDRESS, ADDRESS);
        logSize = library.function("nvrtcGetProgramLogSize", ADDRESS, ADDRESS);
        log = library.function("nvrtcGetProgramLog", ADDRESS, ADDRESS);
        destroy = library.function("nvrtcDestroyProgram", ADDRESS);
    }

    /**
     * The newest compiler that the loader finds and whose PTX a driver takes.
     *
     * @param driver the CUDA version that the driver is for, as 1000·major + 10·minor
     */
    public static Optional<Nvrtc> find(int driver) {
        return ForeignLibrary.find(NAME, driver).map(Nvrtc::new);
    }

    /** The file that was found. */
    public String libraryName() {
        return library.name();
    }

    /**
     * Compiles a file, which may include {@link CudaSource#HEADER_NAME}.
     *
     * @param architecture compute capability to compile for, as 75
     * @throws CudaException with the compiler's log
     */
    public String compile(String name, String source, int architecture) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment handle = arena.allocate(ADDRESS);
            check("nvrtcCreateProgram", create.call(handle, arena.allocateFrom(source),
                    arena.allocateFrom(name), 1, pointers(arena, CudaSource.header()),
                    pointers(arena, CudaSource.HEADER_NAME)));
            MemorySegment program = handle.get(ADDRESS, 0);
            int status = compile.call(program, 2,
                    pointers(arena, "--gpu-architecture=compute_" + architecture, "--std=c++17"));
            if (status != 0) {
                throw new CudaException(library.name() + " could not compile " + name + ":\n"
                        + text(arena, logSize, log, program));
            }
            String result = text(arena, ptxSize, ptx, program);
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

    private String text(Arena arena, ForeignLibrary.Call sizeOf, ForeignLibrary.Call textOf, MemorySegment program) {
        MemorySegment size = arena.allocate(JAVA_LONG);
        check("the size of nvrtc's answer", sizeOf.call(program, size));
        MemorySegment bytes = arena.allocate(Math.max(1, size.get(JAVA_LONG, 0)));
        check("nvrtc's answer", textOf.call(program, bytes));
        return bytes.getString(0);
    }

    private void check(String call, int status) {
        if (status != 0) {
            throw new CudaException(call + " (" + library.name() + "): status " + status);
        }
    }
}
