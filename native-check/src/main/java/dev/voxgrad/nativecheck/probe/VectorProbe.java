package dev.voxgrad.nativecheck.probe;

import jdk.incubator.vector.FloatVector;

/** Runs in a child process, with the incubator module, and tells the vector width that the JVM prefers. */
public final class VectorProbe {
    /** The answer's name. */
    public static final String BITS = "bits";

    private VectorProbe() {}

    /** Prints the answer. */
    public static void main(String[] args) {
        System.out.println(BITS + "=" + FloatVector.SPECIES_PREFERRED.vectorBitSize());
    }
}
