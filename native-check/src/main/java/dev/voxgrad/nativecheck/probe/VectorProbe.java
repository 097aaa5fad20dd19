package dev.voxgrad.nativecheck.probe;

import jdk.incubator.vector.FloatVector;

/** Reports the vector width that the JVM prefers, in a child process with the incubator module. */
public final class VectorProbe {
    /** The name of the answer. */
    public static final String BITS = "bits";

    private VectorProbe() {}

    /** Runs the probe and prints its answer. */
    public static void main(String[] args) {
        System.out.println(BITS + "=" + FloatVector.SPECIES_PREFERRED.vectorBitSize());
    }
}
