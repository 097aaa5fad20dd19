package dev.voxgrad.bench.peers;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

import dev.voxgrad.bench.step.EngineName;

/**
 * Holds the environment variables with which an engine's process is started.
 *
 * <p>The caller's variables that tune allocators and numerical libraries are cleared for every engine, so that the same
 * command measures the same thing in every shell. Only the tuned libtorch then gets variables for its allocator.
 *
 * @param variables the variables that are set, sorted by name
 * @param cleared the sorted names of the caller's variables that the process does not inherit
 */
record EngineEnvironment(Map<String, String> variables, List<String> cleared) {
    /** The variable with the libraries that the loader loads before all others. */
    static final String PRELOAD = "LD_PRELOAD";

    private static final Pattern TUNES = Pattern.compile("LD_PRELOAD|GLIBC_TUNABLES|M?MALLOC_.*|_RJEM_.*|JE_MALLOC_.*"
            + "|TCMALLOC_.*|HEAPPROFILE|MIMALLOC_.*|THP_MEM_ALLOC_ENABLE|OMP_.*|GOMP_.*|KMP_.*|MKL_.*|OPENBLAS_.*"
            + "|GOTO_NUM_THREADS|BLIS_.*|DNNL_.*|ONEDNN_.*|MKLDNN_.*|LRU_CACHE_CAPACITY|ATEN_.*|TORCH_.*|PYTORCH_.*"
            + "|C10_.*");

    /**
     * Chooses the variables for an engine.
     *
     * @param threads the number of threads, for libraries that cannot be limited in another way
     * @param surroundings have the allocator for the tuned libtorch, and the instructions that are allowed
     * @param caller the variables of this process
     */
    static EngineEnvironment of(EngineName engine, int threads, Surroundings surroundings, Map<String, String> caller) {
        Map<String, String> variables =
                new TreeMap<>(surroundings.instructions().variables());
        variables.put("OMP_NUM_THREADS", Integer.toString(threads));
        variables.put("OPENBLAS_NUM_THREADS", Integer.toString(threads));
        if (engine == EngineName.LIBTORCH) {
            variables.putAll(surroundings.allocator().variables());
        }
        return new EngineEnvironment(
                Collections.unmodifiableMap(variables),
                caller.keySet().stream()
                        .filter(name -> TUNES.matcher(name).matches())
                        .sorted()
                        .toList());
    }

    /** Changes the environment of a process that is about to start. */
    void applyTo(Map<String, String> environment) {
        cleared.forEach(environment::remove);
        environment.putAll(variables);
    }

    /** Returns whether the loader would treat this as one file; it separates names at blanks and colons. */
    static boolean canPreload(String file) {
        return !file.isEmpty() && file.chars().noneMatch(c -> c == ':' || Character.isWhitespace(c));
    }
}
