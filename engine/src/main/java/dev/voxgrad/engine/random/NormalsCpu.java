package dev.voxgrad.engine.random;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

import dev.voxgrad.engine.device.cpu.Lanes;

/**
 * Computes standard normal deviates in float32, {@value #DEVIATES} at a time: {@value #BLOCKS} blocks of Philox in the
 * lanes of vectors, then the Box–Muller transform. The pair of words (a, b) of a block gives
 *
 * <pre>{@code
 * r = √(−2·ln u),  u = (a/2 + ½)·2⁻³¹ in (0, 1]        n₀ = r·cos φ,  n₁ = r·sin φ,  φ = 2π·b·2⁻³²
 * }</pre>
 *
 * <p>Every step is a basic operation of IEEE 754, so the values are the same to the bit for every vector width. They
 * are within 2·10⁻⁶ of the formula in exact arithmetic.
 */
final class NormalsCpu {
    /** The number of four-word blocks computed at a time: a multiple of every vector's number of lanes. */
    static final int BLOCKS = 64;

    static final int DEVIATES = 4 * BLOCKS;

    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final VectorSpecies<Integer> I = S.withLanes(int.class);
    private static final VectorSpecies<Long> L = S.withLanes(long.class);
    private static final long LOW = 0xFFFFFFFFL;
    private static final float LN2 = (float) Math.log(2);
    /** The bits of √½. Mantissas are taken from [√½, √2), where the series of the logarithm converges fastest. */
    private static final int SQRT_HALF_BITS = 0x3F3504F3;

    private static final int EIGHTH_TURN = 1 << 29;
    private static final float RADIANS = (float) (2 * Math.PI * 0x1p-32);

    private final long[] wide = new long[DEVIATES];
    private final int[] words = new int[DEVIATES];
    private final float[] sines = new float[BLOCKS];
    private final float[] cosines = new float[BLOCKS];

    /**
     * Writes the deviates of counters (first + j, c1, c2, c3), j = 0 … {@value #BLOCKS}−1, under key (k0, k1): deviate
     * q = 0 … 3 of block j goes to {@code out[at + q·}{@value #BLOCKS}{@code  + j]}.
     *
     * <p>The stages pass arrays to one another, and each has its own loop: in one large method, C2 would stop inlining
     * and allocate the vectors as objects.
     */
    void write(int first, int c1, int c2, int c3, int k0, int k1, float[] out, int at) {
        philox(first, c1, c2, c3, k0, k1, wide);
        for (int i = 0; i < DEVIATES; i++) {
            words[i] = (int) wide[i];
        }
        for (int pair = 0; pair < DEVIATES; pair += 2 * BLOCKS) {
            radii(words, pair, out, at + pair);
            sinesAndCosines(words, pair + BLOCKS, sines, cosines);
            turn(words, pair + BLOCKS, sines, cosines, out, at + pair);
        }
    }

    /** Runs {@link Philox#block} for {@value #BLOCKS} counters; each word is in the lower half of a long. */
    private static void philox(int first, int c1, int c2, int c3, int k0, int k1, long[] x) {
        for (int j = 0; j < BLOCKS; j++) {
            x[j] = first + j & LOW;
        }
        Arrays.fill(x, BLOCKS, 2 * BLOCKS, c1 & LOW);
        Arrays.fill(x, 2 * BLOCKS, 3 * BLOCKS, c2 & LOW);
        Arrays.fill(x, 3 * BLOCKS, 4 * BLOCKS, c3 & LOW);
        for (int round = 0; round < Philox.ROUNDS; round++) {
            philoxRound(x, k0 + round * Philox.WEYL_0 & LOW, k1 + round * Philox.WEYL_1 & LOW);
        }
    }

    private static void philoxRound(long[] x, long key0, long key1) {
        for (int j = 0; j < BLOCKS; j += L.length()) {
            LongVector product0 = LongVector.fromArray(L, x, j).mul(Philox.MULTIPLIER_0);
            LongVector product1 = LongVector.fromArray(L, x, j + 2 * BLOCKS).mul(Philox.MULTIPLIER_1);
            product1.lanewise(VectorOperators.LSHR, 32)
                    .lanewise(VectorOperators.XOR, LongVector.fromArray(L, x, j + BLOCKS))
                    .lanewise(VectorOperators.XOR, key0)
                    .intoArray(x, j);
            product0.lanewise(VectorOperators.LSHR, 32)
                    .lanewise(VectorOperators.XOR, LongVector.fromArray(L, x, j + 3 * BLOCKS))
                    .lanewise(VectorOperators.XOR, key1)
                    .intoArray(x, j + 2 * BLOCKS);
            product1.and(LOW).intoArray(x, j + BLOCKS);
            product0.and(LOW).intoArray(x, j + 3 * BLOCKS);
        }
    }

    /**
     * Computes the radii √(−2·ln u), with u = 2ᵉ·m and ln m = 2·artanh s = 2s + 2s³/3 + 2s⁵/5 + …, where
     * s = (m − 1)/(m + 1) and |s| ≤ 0.1716.
     */
    private static void radii(int[] words, int from, float[] out, int to) {
        for (int j = 0; j < BLOCKS; j += S.length()) {
            FloatVector u = toFloats(IntVector.fromArray(I, words, from + j).lanewise(VectorOperators.LSHR, 1))
                    .fma(FloatVector.broadcast(S, 0x1p-31f), FloatVector.broadcast(S, 0x1p-32f));
            IntVector bits = u.reinterpretAsInts();
            IntVector exponent = bits.sub(SQRT_HALF_BITS).lanewise(VectorOperators.ASHR, 23);
            FloatVector m =
                    bits.sub(exponent.lanewise(VectorOperators.LSHL, 23)).reinterpretAsFloats();
            FloatVector s = m.sub(1).div(m.add(1));
            FloatVector squared = s.mul(s);
            FloatVector series = FloatVector.broadcast(S, 2 / 9f)
                    .fma(squared, FloatVector.broadcast(S, 2 / 7f))
                    .fma(squared, FloatVector.broadcast(S, 2 / 5f))
                    .fma(squared, FloatVector.broadcast(S, 2 / 3f))
                    .fma(squared, FloatVector.broadcast(S, 2));
            FloatVector logarithm = toFloats(exponent).fma(FloatVector.broadcast(S, LN2), s.mul(series));
            logarithm.mul(-2).sqrt().intoArray(out, to + j);
        }
    }

    /**
     * Computes sine and cosine of x, the rest of the angle after subtracting the nearest number of quarter turns:
     * |x| ≤ π/4, where Taylor series up to x⁹ and x¹⁰ are as exact as float32.
     */
    private static void sinesAndCosines(int[] words, int from, float[] sines, float[] cosines) {
        for (int j = 0; j < BLOCKS; j += S.length()) {
            IntVector word = IntVector.fromArray(I, words, from + j);
            FloatVector x = toFloats(word.sub(quarters(word).lanewise(VectorOperators.LSHL, 30)))
                    .mul(RADIANS);
            FloatVector squared = x.mul(x);
            FloatVector.broadcast(S, 1 / 362880f)
                    .fma(squared, FloatVector.broadcast(S, -1 / 5040f))
                    .fma(squared, FloatVector.broadcast(S, 1 / 120f))
                    .fma(squared, FloatVector.broadcast(S, -1 / 6f))
                    .mul(squared)
                    .fma(x, x)
                    .intoArray(sines, j);
            FloatVector.broadcast(S, -1 / 3628800f)
                    .fma(squared, FloatVector.broadcast(S, 1 / 40320f))
                    .fma(squared, FloatVector.broadcast(S, -1 / 720f))
                    .fma(squared, FloatVector.broadcast(S, 1 / 24f))
                    .fma(squared, FloatVector.broadcast(S, -1 / 2f))
                    .fma(squared, FloatVector.broadcast(S, 1))
                    .intoArray(cosines, j);
        }
    }

    /**
     * Replaces the radii at {@code out[to …]} by r·cos φ, followed by r·sin φ. After an odd number of quarter turns,
     * sine and cosine are exchanged; the signs follow from the second bit of that number.
     */
    private static void turn(int[] words, int from, float[] sines, float[] cosines, float[] out, int to) {
        for (int j = 0; j < BLOCKS; j += S.length()) {
            IntVector quarters = quarters(IntVector.fromArray(I, words, from + j));
            FloatVector radius = FloatVector.fromArray(S, out, to + j);
            IntVector sine = FloatVector.fromArray(S, sines, j).mul(radius).reinterpretAsInts();
            IntVector cosine = FloatVector.fromArray(S, cosines, j).mul(radius).reinterpretAsInts();
            IntVector exchanged = sine.lanewise(VectorOperators.XOR, cosine)
                    .and(quarters.and(1).neg());
            cosine.lanewise(VectorOperators.XOR, exchanged)
                    .lanewise(VectorOperators.XOR, sign(quarters.add(1)))
                    .reinterpretAsFloats()
                    .intoArray(out, to + j);
            sine.lanewise(VectorOperators.XOR, exchanged)
                    .lanewise(VectorOperators.XOR, sign(quarters))
                    .reinterpretAsFloats()
                    .intoArray(out, to + BLOCKS + j);
        }
    }

    /** Returns the nearest number of quarter turns modulo 4, from −2 to 1. */
    private static IntVector quarters(IntVector word) {
        return word.add(EIGHTH_TURN).lanewise(VectorOperators.ASHR, 30);
    }

    /** Returns the sign bit of a float in the lanes whose bit 1 is set. */
    private static IntVector sign(IntVector quarters) {
        return quarters.and(2).lanewise(VectorOperators.LSHL, 30);
    }

    private static FloatVector toFloats(IntVector integers) {
        return (FloatVector) integers.convertShape(VectorOperators.I2F, S, 0);
    }
}
