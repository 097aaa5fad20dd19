package dev.voxgrad.engine.volume;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

import dev.voxgrad.engine.device.cpu.Lanes;

/** Scans all values of an array. */
final class ScanCpu {
    private static final VectorSpecies<Float> S = Lanes.SPECIES;

    private ScanCpu() {}

    /** Tests whether all values are finite: x − x is 0 for these and NaN for all others, and a sum keeps NaN. */
    static boolean allFinite(float[] values) {
        FloatVector sum0 = FloatVector.zero(S);
        FloatVector sum1 = FloatVector.zero(S);
        int i = 0;
        for (; i <= values.length - 2 * S.length(); i += 2 * S.length()) {
            FloatVector x0 = FloatVector.fromArray(S, values, i);
            FloatVector x1 = FloatVector.fromArray(S, values, i + S.length());
            sum0 = sum0.add(x0.sub(x0));
            sum1 = sum1.add(x1.sub(x1));
        }
        float sum = sum0.add(sum1).reduceLanes(VectorOperators.ADD);
        for (; i < values.length; i++) {
            sum += values[i] - values[i];
        }
        return sum == 0;
    }

    /** Returns the smallest of {@code values[from … to)}, which must be finite. */
    static float minimum(float[] values, int from, int to) {
        FloatVector least = FloatVector.broadcast(S, Float.POSITIVE_INFINITY);
        int i = from;
        for (; i <= to - S.length(); i += S.length()) {
            least = least.min(FloatVector.fromArray(S, values, i));
        }
        float minimum = least.reduceLanes(VectorOperators.MIN);
        for (; i < to; i++) {
            minimum = Math.min(minimum, values[i]);
        }
        return minimum;
    }
}
