package dev.voxgrad.engine.op.convblock.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

import dev.voxgrad.engine.device.cpu.Lanes;
import dev.voxgrad.engine.op.conv3d.cpu.VoxelWriter;

/**
 * Makes writers to channels-last arrays that combine each value with others of the same place, before the values leave
 * the cache.
 */
final class VoxelWriters {
    private static final VectorSpecies<Float> S = Lanes.SPECIES;

    private VoxelWriters() {}

    /** Writes {@code count} values from {@code from} on to index {@code at} of a result. */
    @FunctionalInterface
    private interface Span {
        void write(float[] values, int from, int at, int count);
    }

    /** Returns a writer of max(value, 0). */
    static VoxelWriter rectified(float[] y, int channels) {
        return of(channels, (values, from, at, count) -> rectify(values, from, y, at, count));
    }

    /** Returns a writer of max(value + shortcut, 0); {@code shortcut} may be {@code y} itself. */
    static VoxelWriter rectifiedSum(float[] shortcut, float[] y, int channels) {
        return of(channels, (values, from, at, count) -> rectifySum(values, from, shortcut, y, at, count));
    }

    /** Returns a writer that adds the values to those of {@code y}. */
    static VoxelWriter added(float[] y, int channels) {
        return of(channels, (values, from, at, count) -> add(values, from, y, at, count));
    }

    /** Returns a writer of value + dy·[y &gt; 0], where NaN counts as positive. */
    static VoxelWriter withPassed(float[] dy, float[] y, float[] dx, int channels) {
        return of(channels, (values, from, at, count) -> addPassed(values, from, dy, y, dx, at, count));
    }

    private static VoxelWriter of(int channels, Span span) {
        return (task, first, count, values, from, stride) -> {
            if (channels == stride) {
                span.write(values, from, first * channels, count * channels);
                return;
            }
            for (int v = 0; v < count; v++) {
                span.write(values, from + v * stride, (first + v) * channels, channels);
            }
        };
    }

    private static void rectify(float[] values, int from, float[] y, int at, int count) {
        FloatVector zero = FloatVector.zero(S);
        int i = 0;
        for (; i <= count - S.length(); i += S.length()) {
            FloatVector.fromArray(S, values, from + i).max(zero).intoArray(y, at + i);
        }
        for (; i < count; i++) {
            y[at + i] = Math.max(values[from + i], 0);
        }
    }

    private static void rectifySum(float[] values, int from, float[] shortcut, float[] y, int at, int count) {
        FloatVector zero = FloatVector.zero(S);
        int i = 0;
        for (; i <= count - S.length(); i += S.length()) {
            FloatVector.fromArray(S, values, from + i)
                    .add(FloatVector.fromArray(S, shortcut, at + i))
                    .max(zero)
                    .intoArray(y, at + i);
        }
        for (; i < count; i++) {
            y[at + i] = Math.max(values[from + i] + shortcut[at + i], 0);
        }
    }

    private static void add(float[] values, int from, float[] y, int at, int count) {
        int i = 0;
        for (; i <= count - S.length(); i += S.length()) {
            FloatVector.fromArray(S, y, at + i)
                    .add(FloatVector.fromArray(S, values, from + i))
                    .intoArray(y, at + i);
        }
        for (; i < count; i++) {
            y[at + i] += values[from + i];
        }
    }

    private static void addPassed(float[] values, int from, float[] dy, float[] y, float[] dx, int at, int count) {
        FloatVector zero = FloatVector.zero(S);
        int i = 0;
        for (; i <= count - S.length(); i += S.length()) {
            VectorMask<Float> closed = FloatVector.fromArray(S, y, at + i).compare(VectorOperators.LE, zero);
            FloatVector.fromArray(S, values, from + i)
                    .add(FloatVector.fromArray(S, dy, at + i).blend(zero, closed))
                    .intoArray(dx, at + i);
        }
        for (; i < count; i++) {
            dx[at + i] = values[from + i] + (y[at + i] <= 0 ? 0 : dy[at + i]);
        }
    }
}
