package dev.voxgrad.bench.peers;

import java.util.List;
import java.util.Locale;
import java.util.Map;

import dev.voxgrad.bench.step.EngineName;
import dev.voxgrad.engine.flag.Flagged;
import dev.voxgrad.engine.flag.Flags;

/** Lists which of the CPU's vector instructions the engines may use. */
enum InstructionSet implements Flagged {
    /** All that the CPU has. */
    NATIVE(List.of(), Map.of()),
    /** Those of CPUs without AVX-512: vectors of 256 bits, in 16 registers. */
    AVX2(
            List.of("-XX:UseAVX=2"),
            Map.of(
                    "ONEDNN_MAX_CPU_ISA", "AVX2",
                    "ATEN_CPU_CAPABILITY", "avx2",
                    "OPENBLAS_CORETYPE", "HASWELL",
                    "MKL_ENABLE_INSTRUCTIONS", "AVX2"));

    private final List<String> jvmOptions;
    private final Map<String, String> variables;

    InstructionSet(List<String> jvmOptions, Map<String, String> variables) {
        this.jvmOptions = jvmOptions;
        this.variables = variables;
    }

    /** Returns the JVM's options. */
    List<String> jvmOptions() {
        return jvmOptions;
    }

    /** Returns the variables that limit native libraries. */
    Map<String, String> variables() {
        return variables;
    }

    /** Returns whether the engine can be limited to these. */
    boolean limits(EngineName engine) {
        return this == NATIVE || engine != EngineName.ONNXRUNTIME;
    }

    @Override
    public String flag() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Returns the set with that name.
     *
     * @throws IllegalArgumentException if the name is unknown; the message lists the known ones
     */
    static InstructionSet byFlag(String flag) {
        return Flags.parse("instructions", flag, List.of(values()));
    }
}
