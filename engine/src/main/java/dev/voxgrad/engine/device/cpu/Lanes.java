package dev.voxgrad.engine.device.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Defines the vector width that all CPU kernels use: the machine's own, or that of
 * {@code -Dvoxgrad.vectorBits=512|256|128|64} (for tests and comparisons).
 *
 * <p>It is fixed when the class loads, because C2 turns vector code into instructions only if the species is a
 * constant.
 */
public final class Lanes {
    public static final VectorSpecies<Float> SPECIES = choose();
    /** Bits of a vector. */
    public static final int BITS = SPECIES.vectorBitSize();
    /** Floats in a vector. */
    public static final int COUNT = SPECIES.length();
    /**
     * Whether there are 16 vector registers, as on x86-64 without AVX-512, and not 32. Kernels then keep fewer sums in
     * them.
     */
    public static final boolean FEW_REGISTERS =
            "amd64".equals(System.getProperty("os.arch")) && FloatVector.SPECIES_PREFERRED.vectorBitSize() < 512;

    /**
     * The index at which kernels start in their scratch arrays. An array's elements start 16 bytes after the start of
     * the object; with {@code -XX:ObjectAlignmentInBytes=64}, which the launchers set, element 12 is the first of a
     * cache line. A vector of 512 bits that straddles two lines takes two accesses, and storing it and loading it again
     * soon after takes far longer.
     */
    public static final int ALIGNED_START = 12;

    private Lanes() {}

    private static VectorSpecies<Float> choose() {
        VectorModule.requireAtStart();
        String forced = System.getProperty("voxgrad.vectorBits", "");
        return switch (forced) {
            case "" -> FloatVector.SPECIES_PREFERRED;
            case "512" -> FloatVector.SPECIES_512;
            case "256" -> FloatVector.SPECIES_256;
            case "128" -> FloatVector.SPECIES_128;
            case "64" -> FloatVector.SPECIES_64;
            default ->
                throw new IllegalArgumentException(
                        "voxgrad.vectorBits: '" + forced + "' is unknown; choose 512, 256, 128 or 64");
        };
    }
}
